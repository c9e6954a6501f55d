import { Injectable, Logger } from '@nestjs/common';
import { type Confirmation, CONFIRMATIONS } from '@demo/contracts';
import { Process, type RookeryEvent } from '@rookery/events';
import { OrderStore } from './order-store.js';

/** Sends each order's confirmation. The demo has no mail server: it writes a log line and remembers. */
@Injectable()
export class Confirmations {
  readonly #logger = new Logger(Confirmations.name);

  constructor(private readonly store: OrderStore) {}

  @Process(CONFIRMATIONS)
  send({ data }: RookeryEvent<Confirmation>): void {
    this.store.markConfirmed(data.orderId);
    this.#logger.debug(`Confirmed order ${data.orderId}`);
  }
}
