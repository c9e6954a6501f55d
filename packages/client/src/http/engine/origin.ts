import { type LookupFunction } from 'node:net';
import { type Client, type Dispatcher, Pool } from 'undici';
import { Connection, type Dispatch } from './connection.js';

/** How connections are kept. */
export interface ConnectionSettings {
  /** Connections to one origin at the same time. Further requests wait for one of them. */
  readonly maxConnections: number;
}

/** How long an idle connection is kept when the other side does not say how long it keeps it (Node's servers: 5 s). */
const IDLE_MS = 4_000;

/** How long one is kept at most, whatever the other side says. */
const LONGEST_IDLE_MS = 60_000;

/**
 * The connections to one origin. An idle one is closed 2 s before the other side said it would do so, because a request
 * that crosses the close is lost.
 */
export class Origin {
  /** The start of every path. */
  readonly prefix: string;
  readonly #url: URL;
  readonly #pool: Pool;
  #options: Client.Options = {};

  constructor(baseUrl: string, { maxConnections }: ConnectionSettings, lookup: LookupFunction | undefined) {
    const url = new URL(baseUrl);
    this.#url = new URL(url.origin);
    this.prefix = url.pathname.replace(/\/$/, '');
    this.#pool = new Pool(url.origin, {
      connections: maxConnections,
      keepAliveTimeout: IDLE_MS,
      keepAliveMaxTimeout: LONGEST_IDLE_MS,
      // Its own, of 300 s each, would end a stream that is quiet, whatever the caller said. How long a request may take is for
      // policies and deadlines to say; that the other side is gone is told by TCP, whose keep-alive undici switches on.
      headersTimeout: 0,
      bodyTimeout: 0,
      ...(lookup && { connect: { lookup } }),
      factory: (origin: URL, options: object) => {
        this.#options = options;
        return new Connection(origin, options);
      },
    });
  }

  /** Whether no connection is there and nobody waits for one. */
  get unused(): boolean {
    const { connected, size } = this.#pool.stats;
    return connected + size === 0;
  }

  dispatch(options: Dispatch, handler: Dispatcher.DispatchHandler): void {
    this.#pool.dispatch(options, handler);
  }

  /** On a connection of its own, made for it: whatever happened to the others, it is not one of them. */
  dispatchAnew(options: Dispatch, handler: Dispatcher.DispatchHandler): void {
    const connection = new Connection(this.#url, this.#options);
    connection.dispatch(options, handler);
    // Once the exchange has ended.
    void connection.close();
  }

  async destroy(): Promise<void> {
    await this.#pool.destroy();
  }
}
