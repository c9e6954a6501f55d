import { Injectable } from '@nestjs/common';
import { Announcer, type Confirmation, CONFIRMATIONS, OrderPlaced } from '@demo/contracts';
import { EventBus, InjectQueue, MessageQueue } from '@rookery/events';
import { OrderStore, type StoredOrder } from './order-store.js';

/**
 * Tells everyone that an order was placed, and has it confirmed. The order's id is the id of both messages, so telling
 * it again changes nothing.
 */
@Injectable()
export class OrderAnnouncements extends Announcer<StoredOrder> {
  constructor(
    private readonly store: OrderStore,
    private readonly events: EventBus,
    @InjectQueue(CONFIRMATIONS) private readonly confirmations: MessageQueue<Confirmation>,
  ) {
    super();
  }

  protected override unannounced(): readonly StoredOrder[] {
    return this.store.unannounced();
  }

  override async announce({ order, email }: StoredOrder): Promise<void> {
    await this.events.publish(OrderPlaced, order, { id: order.id });
    const text = `Your order of ${order.item} is placed.`;
    await this.confirmations.publish({ orderId: order.id, email, text }, { id: order.id });
    this.store.markAnnounced(order.id);
  }
}
