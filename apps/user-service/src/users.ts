import { randomUUID } from 'node:crypto';
import { Injectable, NotFoundException } from '@nestjs/common';
import { type CreateUser, type Order, type User } from '@demo/contracts';
import { Span } from '@rookery/tracing';
import { UserAnnouncements } from './user-announcements.js';
import { UserStore } from './user-store.js';

@Injectable()
export class Users {
  constructor(
    private readonly store: UserStore,
    private readonly announcements: UserAnnouncements,
  ) {}

  async create(input: CreateUser): Promise<User> {
    const user = { id: randomUUID(), ...input };
    this.store.add(user);
    await this.announcements.announce(user);
    return user;
  }

  @Span()
  find(id: string): User {
    const user = this.store.find(id);
    if (!user) throw new NotFoundException(`There is no user ${id}.`);
    return user;
  }

  /** What the orders of a user add up to, in cents. */
  spent(id: string): number {
    return this.store.spent(id);
  }

  history(id: string): Order[] {
    return this.store.history(this.find(id).id);
  }
}
