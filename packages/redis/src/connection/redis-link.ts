import { type Clock, unlessAborted, within } from '@rookery/common';
import { type Redis } from 'ioredis';
import { RedisUnavailableError } from '../errors/redis-unavailable.error.js';
import { reasonOf, saysServer } from './redis-reason.js';

/** Somebody who waits for messages. */
export interface ChannelListener {
  readonly message: () => void;
  /** The connection is lost, and with it the subscription. */
  readonly lost: (error: Error) => void;
}

/** What a link is made with. */
export interface RedisLinkParts {
  /** Makes a client that does not connect by itself. */
  readonly createClient: () => Redis;
  /** Which server it is, for messages. No secrets. */
  readonly server: string;
  /** How long an answer may take, in milliseconds. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

interface Connection {
  readonly redis: Redis;
  readonly ready: Promise<Redis>;
  failure: Error | undefined;
  /** How many answers are waited for. */
  asked: number;
}

/**
 * The one connection of a backend: opened when it is needed, closed when nobody holds it. It does not connect again
 * by itself; the next one who asks opens a new one, so there is no timer behind anybody's back. A connection on which
 * an answer stays out is closed, because on a half-open one no answer would ever come.
 */
export class RedisLink {
  #connection: Connection | undefined;
  #holders = 0;
  readonly #listeners = new Map<string, Set<ChannelListener>>();

  constructor(private readonly parts: RedisLinkParts) {}

  /** Keeps the connection, once it is open, until the returned function is called. */
  hold(): () => void {
    this.#holders += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#holders -= 1;
      if (this.#holders === 0) this.#drop(this.#connection);
    };
  }

  /**
   * Asks the server something. Rejects with the signal's reason at once when it aborts, and with a
   * `RedisUnavailableError` when the server refuses or does not answer in time.
   */
  async run<T>(signal: AbortSignal, work: (redis: Redis) => Promise<T>): Promise<T> {
    signal.throwIfAborted();
    const free = this.hold();
    try {
      return await unlessAborted(signal, this.#ask(signal, work));
    } finally {
      free();
    }
  }

  /** Listens to a channel until the returned function is called. The caller holds the link meanwhile. */
  async subscribe(signal: AbortSignal, channel: string, listener: ChannelListener): Promise<() => void> {
    const listeners = this.#listeners.get(channel) ?? new Set();
    this.#listeners.set(channel, listeners.add(listener));
    try {
      await this.run(signal, (redis) => redis.subscribe(channel));
    } catch (error) {
      this.#unsubscribe(channel, listener);
      throw error;
    }
    return () => this.#unsubscribe(channel, listener);
  }

  #unsubscribe(channel: string, listener: ChannelListener): void {
    const listeners = this.#listeners.get(channel);
    if (!listeners?.delete(listener) || listeners.size > 0) return;
    this.#listeners.delete(channel);
    this.#connection?.redis.unsubscribe(channel).catch(() => {
      // The connection is gone, and the subscription with it.
    });
  }

  async #ask<T>(signal: AbortSignal, work: (redis: Redis) => Promise<T>): Promise<T> {
    const connection = (this.#connection ??= this.#open());
    const { clock, timeoutMs } = this.parts;
    const late = () => new Error(`it did not answer within ${timeoutMs} ms`);
    const ask = async () => {
      const redis = await connection.ready;
      // Whoever has left is not registered behind his back.
      signal.throwIfAborted();
      return work(redis);
    };
    keepAlive(connection, 1);
    try {
      return await within(clock, timeoutMs, ask, { late, background: true });
    } catch (error) {
      const failure = this.#failure(connection.failure ?? error);
      if (!saysServer(error) && !isAbort(error, signal)) this.#drop(connection, failure);
      throw failure;
    } finally {
      keepAlive(connection, -1);
    }
  }

  #open(): Connection {
    const redis = this.parts.createClient();
    const connect = async () => {
      await redis.connect();
      return redis;
    };
    const connection: Connection = { redis, ready: connect(), failure: undefined, asked: 0 };
    connection.ready.catch(() => {
      // Whoever waits for it handles it.
    });
    redis.on('error', (error: Error) => (connection.failure ??= error));
    redis.on('message', (channel: string) => {
      for (const listener of this.#listeners.get(channel) ?? []) listener.message();
    });
    redis.on('close', () => {
      this.#drop(connection, this.#failure(connection.failure ?? new Error('the connection was closed')));
    });
    return connection;
  }

  #drop(connection: Connection | undefined, failure?: Error): void {
    if (!connection || connection !== this.#connection) return;
    this.#connection = undefined;
    connection.redis.disconnect();
    // A polite end waits for the other side, which may be frozen or cut off.
    streamOf(connection)?.destroy();
    if (failure) this.#tellLost(failure);
  }

  #tellLost(failure: Error): void {
    const channels = [...this.#listeners.values()];
    this.#listeners.clear();
    for (const listeners of channels) for (const listener of listeners) listener.lost(failure);
  }

  #failure(error: unknown): RedisUnavailableError {
    return new RedisUnavailableError(this.parts.server, reasonOf(error));
  }
}

/** The process waits for answers, not for a connection that is only held: as with timers, what is in the background ends with it. */
function keepAlive(connection: Connection, change: 1 | -1): void {
  connection.asked += change;
  const stream = streamOf(connection);
  if (connection.asked > 0) stream?.ref();
  else stream?.unref();
}

/** Unset until the client has begun to connect. */
function streamOf({ redis }: Connection): typeof redis.stream | undefined {
  return redis.stream;
}

function isAbort(error: unknown, signal: AbortSignal): boolean {
  return signal.aborted && error === signal.reason;
}
