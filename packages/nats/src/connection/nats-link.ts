import { type Clock, messageOf, unlessAborted, within } from '@rookery/common';
import { jetstream, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import { type NatsConnection, type NodeConnectionOptions } from '@nats-io/transport-node';
import { NatsUnavailableError } from '../errors/nats-unavailable.error.js';
import { dial } from './dial.js';

/** What a link is made with. */
export interface NatsLinkParts {
  readonly options: NodeConnectionOptions;
  /** Opens the bucket, and makes it when there is none. */
  readonly openBucket: (kvm: Kvm) => Promise<KV>;
  /** Which servers these are, for messages. No secrets. */
  readonly server: string;
  /** How long an answer may take, in milliseconds. */
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/** An open connection and what is behind it. */
export interface Session {
  readonly connection: NatsConnection;
  readonly bucket: KV;
  readonly manager: JetStreamManager;
}

interface Attempt {
  readonly ready: Promise<Session>;
  readonly stop: AbortController;
}

/**
 * The one connection of a backend: opened when it is needed, closed when nobody holds it. It does not connect again
 * by itself; the next one who asks opens a new one. A connection on which an answer stays out is closed, because on a
 * half-open one no answer would ever come.
 */
export class NatsLink {
  #attempt: Attempt | undefined;
  #holders = 0;
  readonly #onLost = new Set<(error: Error) => void>();

  constructor(private readonly parts: NatsLinkParts) {}

  /** Keeps the connection, once it is open, until the returned function is called. */
  hold(): () => void {
    this.#holders += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#holders -= 1;
      if (this.#holders === 0) this.#drop(this.#attempt);
    };
  }

  /** Calls the listener when the connection is lost, until the returned function is called. */
  onLost(listener: (error: Error) => void): () => void {
    this.#onLost.add(listener);
    return () => this.#onLost.delete(listener);
  }

  /**
   * Asks the server something. Rejects with the signal's reason at once when it aborts, and with a
   * `NatsUnavailableError` when the server refuses or does not answer in time. What `judge` knows of the error is
   * returned instead, and the connection stays.
   */
  async run<T>(
    signal: AbortSignal,
    work: (session: Session) => Promise<T>,
    judge: (error: unknown) => T | undefined = () => undefined,
  ): Promise<T> {
    signal.throwIfAborted();
    const free = this.hold();
    try {
      return await unlessAborted(signal, this.#ask(signal, work, judge));
    } finally {
      free();
    }
  }

  async #ask<T>(
    signal: AbortSignal,
    work: (session: Session) => Promise<T>,
    judge: (error: unknown) => T | undefined,
  ): Promise<T> {
    const attempt = (this.#attempt ??= this.#open());
    const { clock, timeoutMs } = this.parts;
    const late = () => new Error(`it did not answer within ${timeoutMs} ms`);
    const ask = async () => {
      const session = await attempt.ready;
      // Whoever has left is not registered behind his back.
      signal.throwIfAborted();
      return work(session);
    };
    try {
      return await within(clock, timeoutMs, ask, { late, background: true });
    } catch (error) {
      const known = judge(error);
      if (known !== undefined) return known;
      const failure = this.#failure(error);
      if (!(signal.aborted && error === signal.reason)) this.#drop(attempt, failure);
      throw failure;
    }
  }

  #open(): Attempt {
    const stop = new AbortController();
    const attempt: Attempt = { stop, ready: this.#connect(stop.signal) };
    this.#awaitEnd(attempt).catch(() => {
      // Whoever waits for the connection handles that there is none.
    });
    return attempt;
  }

  async #awaitEnd(attempt: Attempt): Promise<void> {
    const { connection } = await attempt.ready;
    const reason = await connection.closed();
    this.#drop(attempt, this.#failure(reason ?? new Error('the connection was closed')));
  }

  async #connect(stop: AbortSignal): Promise<Session> {
    const { options, timeoutMs, openBucket } = this.parts;
    const settings = {
      ...options,
      name: 'rookery',
      timeout: timeoutMs,
      // Whoever needs the server tries again, with a pause that grows, and not a second time in here.
      reconnect: false,
      // Together they notice within twice the time that a connection is half-open.
      pingInterval: timeoutMs,
      maxPingOut: 1,
    };
    const connection = await dial(settings, stop);
    try {
      const bucket = await openBucket(new Kvm(jetstream(connection, { timeout: timeoutMs })));
      const manager = await jetstreamManager(connection, { timeout: timeoutMs, checkAPI: false });
      return { connection, bucket, manager };
    } catch (error) {
      void connection.close().catch(() => {});
      throw error;
    }
  }

  #drop(attempt: Attempt | undefined, failure?: Error): void {
    if (!attempt || attempt !== this.#attempt) return;
    this.#attempt = undefined;
    attempt.stop.abort();
    if (failure) for (const listener of this.#onLost) listener(failure);
  }

  #failure(error: unknown): NatsUnavailableError {
    return new NatsUnavailableError(
      this.parts.server,
      messageOf(error)
        .replace(/[.\s]+$/, '')
        .slice(0, LONGEST_REASON),
    );
  }
}

const LONGEST_REASON = 200;
