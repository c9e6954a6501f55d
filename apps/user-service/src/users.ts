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
  type CreateUser,
  type Order,
  type User,
  USER_CREATED,
  type UserCreated,
} from '@demo/contracts';
import { EventBus } from '@rookery/events';
import { Span } from '@rookery/tracing';
import { UserStore } from './user-store.js';

@Injectable()
export class Users implements OnApplicationBootstrap, OnModuleDestroy {
  readonly #logger = new Logger(Users.name);
  readonly #announcer = new Announcer(
    () => this.store.unannounced(),
    (user) => this.#announce(user),
    (message) => this.#logger.warn(message),
  );

  constructor(
    private readonly store: UserStore,
    private readonly events: EventBus,
  ) {}

  onApplicationBootstrap(): void {
    this.#announcer.start();
  }

  onModuleDestroy(): Promise<void> {
    return this.#announcer.stop();
  }

  async create(input: CreateUser): Promise<User> {
    const user = { id: randomUUID(), ...input };
    this.store.add(user);
    await this.#announce(user);
    return user;
  }

  @Span()
  find(id: string): User {
    const user = this.store.find(id);
    if (!user) throw new NotFoundException(`There is no user ${id}.`);
    return user;
  }

  history(id: string): Order[] {
    return this.store.history(this.find(id).id);
  }

  async #announce(user: User): Promise<void> {
    await this.events.publish<UserCreated>(USER_CREATED, user, { id: user.id });
    this.store.markAnnounced(user.id);
  }
}
