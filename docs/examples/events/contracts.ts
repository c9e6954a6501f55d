import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  DeadLetters,
  defineEvent,
  EventBus,
  EventsModule,
  memoryBroker,
  OnEvent,
  type RookeryEvent,
} from '@rookery/events';
import { eventually } from '@rookery/testing';
import { z } from 'zod';

// #region example
// In the library that both services share.
const user = z.object({ id: z.int(), name: z.string(), email: z.email().nullable() });
type User = z.infer<typeof user>;

export const UserCreated = defineEvent('user.created', {
  version: 2,
  schema: user,
  // What services of version 1 publish, or have published, as an event of version 2.
  upcasters: { 1: (data: Omit<User, 'email'>) => ({ ...data, email: null }) },
});

@Injectable()
export class Greeter {
  readonly greeted: string[] = [];

  @OnEvent(UserCreated) // the compiler holds the parameter to it
  greet({ data, version }: RookeryEvent<User>): void {
    this.greeted.push(`${data.name}, ${data.email ?? 'without an address'} (version ${version})`);
  }
}

@Module({
  imports: [EventsModule.forRoot({ service: 'mailer', broker: memoryBroker() })],
  providers: [Greeter],
})
export class MailerModule {}

export async function run(print: (line: string) => void): Promise<void> {
  const app = await NestFactory.createApplicationContext(MailerModule, { logger: false });
  const events = app.get(EventBus);
  await events.publish(UserCreated, { id: 1, name: 'Ada', email: 'ada@example.org' });
  await events.publish('user.created', { id: 2, name: 'Bob' }, { version: '1' }); // as an older service does
  await events.publish('user.created', { id: 3, fullName: 'Eve' }, { version: '3' }); // as a newer one does
  await events
    .publish(UserCreated, { id: 4, name: 'Mallory', email: 'no address' })
    .catch((refused: Error) => print(refused.message));

  const { greeted } = app.get(Greeter);
  const letters = await eventually('all are handled', async () => {
    const dead = await app.get(DeadLetters).list();
    return greeted.length + dead.length === 3 && dead;
  });
  for (const line of greeted) print(line);
  for (const { error } of letters) print(error.message);
  await app.close();
}
// #endregion
