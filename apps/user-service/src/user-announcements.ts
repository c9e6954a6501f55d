import { Injectable } from '@nestjs/common';
import { Announcer, type User, UserCreated } from '@demo/contracts';
import { EventBus } from '@rookery/events';
import { UserStore } from './user-store.js';

/** Tells everyone that a user exists. The user's id is the event's id, so telling it again changes nothing. */
@Injectable()
export class UserAnnouncements extends Announcer<User> {
  constructor(
    private readonly store: UserStore,
    private readonly events: EventBus,
  ) {
    super();
  }

  protected override unannounced(): readonly User[] {
    return this.store.unannounced();
  }

  override async announce(user: User): Promise<void> {
    await this.events.publish(UserCreated, user, { id: user.id });
    this.store.markAnnounced(user.id);
  }
}
