import { Injectable, Logger } from '@nestjs/common';
import { type Order, OrderPlaced } from '@demo/contracts';
import { OnEvent, type RookeryEvent } from '@rookery/events';
import { UserStore } from './user-store.js';

/** Keeps each user's order history: durable, and once per service however many replicas run. */
@Injectable()
export class OrderHistory {
  readonly #logger = new Logger(OrderHistory.name);

  constructor(private readonly store: UserStore) {}

  @OnEvent(OrderPlaced)
  record({ data }: RookeryEvent<Order>): void {
    this.store.record(data);
    this.#logger.debug(`Recorded order ${data.id} of user ${data.userId}`);
  }
}
