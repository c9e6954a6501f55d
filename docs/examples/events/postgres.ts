import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { messageOf } from '@rookery/common';
import { EventBus, EventsModule, OnEvent, type RookeryEvent } from '@rookery/events';
import { postgresBroker } from '@rookery/postgres';

// #region example
@Injectable()
export class Invoices {
  @OnEvent('order.placed', { retries: 5 })
  bill(_event: RookeryEvent<{ orderId: number }>): void {}
}

export const eventsAt = (url: string) =>
  EventsModule.forRoot({
    service: 'billing',
    broker: postgresBroker({ url, schema: 'shop_events' }),
    requires: ['durable', 'crossProcess'],
  });

export async function run(print: (line: string) => void): Promise<void> {
  @Module({ imports: [eventsAt('postgres://billing:hunter2@127.0.0.1:2/shop')], providers: [Invoices] })
  class AppModule {}

  const options = { logger: false, abortOnError: false } as const;
  await NestFactory.createApplicationContext(AppModule, options).then(
    (app) => app.get(EventBus).publish('order.placed', { orderId: 7 }), // resolves when it is committed
    (error: unknown) => print(messageOf(error)), // here: nothing listens there, and the password is not shown
  );
}
// #endregion
