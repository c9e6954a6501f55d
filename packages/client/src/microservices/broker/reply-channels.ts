/** What subscribes: a client of Redis. */
export interface Subscriber {
  subscribe(channel: string): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
}

interface Channel {
  readonly ready: Promise<unknown>;
  users: number;
}

/** One user's part in a channel. */
export interface Joined {
  /** Resolves when the channel is subscribed. */
  readonly ready: Promise<unknown>;
  /** To be called once, whatever came of it. */
  readonly leave: () => void;
}

/** The channels on which answers come, each subscribed while somebody waits for an answer on it. */
export class ReplyChannels {
  /** By connection: one that is made anew knows nothing of the subscriptions of the last. */
  readonly #channels = new WeakMap<Subscriber, Map<string, Channel>>();

  /** Uses a channel, which is subscribed for the first of its users. */
  join(subscriber: Subscriber, name: string): Joined {
    const channels = this.#of(subscriber);
    const channel = channels.get(name) ?? subscribed(channels, subscriber, name);
    channel.users += 1;
    // Of its own channel: there may be a later one of that name, which others use.
    return { ready: channel.ready, leave: () => leave(channels, channel, subscriber, name) };
  }

  #of(subscriber: Subscriber): Map<string, Channel> {
    let channels = this.#channels.get(subscriber);
    if (!channels) this.#channels.set(subscriber, (channels = new Map()));
    return channels;
  }
}

function subscribed(channels: Map<string, Channel>, subscriber: Subscriber, name: string): Channel {
  const channel: Channel = { users: 0, ready: subscriber.subscribe(name) };
  // One that could not be subscribed is not kept for the next.
  channel.ready.catch(() => channels.get(name) === channel && channels.delete(name));
  channels.set(name, channel);
  return channel;
}

function leave(channels: Map<string, Channel>, channel: Channel, subscriber: Subscriber, name: string): void {
  channel.users -= 1;
  if (channel.users > 0 || channels.get(name) !== channel) return;
  channels.delete(name);
  // The connection may be gone, and the subscription with it.
  subscriber.unsubscribe(name).catch(() => {});
}
