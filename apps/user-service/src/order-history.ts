import { Injectable, Logger } from '@nestjs/common';
import { ORDER_PLACED, type OrderPlaced } from '@demo/contracts';
import { OnEvent, type RookeryEvent } from '@rookery/events';
import { UserStore } from './user-store.js';

/** Keeps each user's order history: durable, and once per service however many replicas run. */
@Injectable()
export class OrderHistory {
  readonly #logger = new Logger(OrderHistory.name);

  constructor(private readonly store: UserStore) {}

  @OnEvent(ORDER_PLACED)
  record({ data }: RookeryEvent<OrderPlaced>): void {
    this.store.record(data);
    this.#logger.debug(`Recorded order ${data.id} of user ${data.userId}`);
  }
}
