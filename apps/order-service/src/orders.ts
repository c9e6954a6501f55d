import { randomUUID } from 'node:crypto';
import { Injectable, NotFoundException } from '@nestjs/common';
import { type Order, type PlaceOrder } from '@demo/contracts';
import { OrderAnnouncements } from './order-announcements.js';
import { OrderStore } from './order-store.js';
import { UserDirectory } from './user-directory.js';
import { UserStanding } from './user-standing.js';

@Injectable()
export class Orders {
  constructor(
    private readonly users: UserDirectory,
    private readonly standing: UserStanding,
    private readonly store: OrderStore,
    private readonly announcements: OrderAnnouncements,
  ) {}

  async place(input: PlaceOrder): Promise<Order> {
    const user = await this.users.find(input.userId);
    await this.standing.require({ userId: user.id, amount: input.amount });
    const order: Order = { id: randomUUID(), ...input, placedAt: new Date().toISOString() };
    this.store.add(order, user.email);
    await this.announcements.announce({ order, email: user.email });
    return order;
  }

  find(id: string): Order & { confirmed: boolean } {
    const order = this.store.find(id);
    if (!order) throw new NotFoundException(`There is no order ${id}.`);
    return order;
  }
}
