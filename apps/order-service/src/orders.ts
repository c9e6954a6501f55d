import { randomUUID } from 'node:crypto';
import {
  Injectable,
  Logger,
  NotFoundException,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import {
  Announcer,
  type Confirmation,
  CONFIRMATIONS,
  type Order,
  ORDER_PLACED,
  type OrderPlaced,
  type PlaceOrder,
} from '@demo/contracts';
import { EventBus, InjectQueue, MessageQueue } from '@rookery/events';
import { OrderStore, type StoredOrder } from './order-store.js';
import { UserDirectory } from './user-directory.js';

@Injectable()
export class Orders implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger(Orders.name);
  readonly #announcer = new Announcer(
    () => this.store.unannounced(),
    (stored) => this.#announce(stored),
    (message) => this.#logger.warn(message),
  );

  constructor(
    private readonly users: UserDirectory,
    private readonly store: OrderStore,
    private readonly events: EventBus,
    @InjectQueue(CONFIRMATIONS) private readonly confirmations: MessageQueue<Confirmation>,
  ) {}

  onApplicationBootstrap(): void {
    this.#announcer.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.#announcer.stop();
  }

  async place(input: PlaceOrder): Promise<Order> {
    const user = await this.users.find(input.userId);
    const order: Order = { id: randomUUID(), ...input, placedAt: new Date().toISOString() };
    this.store.add(order, user.email);
    await this.#announce({ order, email: user.email });
    return order;
  }

  find(id: string): Order & { confirmed: boolean } {
    const order = this.store.find(id);
    if (!order) throw new NotFoundException(`There is no order ${id}.`);
    return order;
  }

  /** The order's id is the id of both messages, so announcing it again changes nothing. */
  async #announce({ order, email }: StoredOrder): Promise<void> {
    await this.events.publish<OrderPlaced>(ORDER_PLACED, order, { id: order.id });
    const text = `Your order of ${order.item} is placed.`;
    await this.confirmations.publish({ orderId: order.id, email, text }, { id: order.id });
    this.store.markAnnounced(order.id);
  }
}
