import { type ServiceInstance } from '@rookery/discovery';
import { ClientClosedError } from '../errors/client-closed.error.js';
import { type Endpoint } from './endpoint.js';

/** What is kept for an instance. */
export interface InstanceConnection {
  /** Whether it had a connection, and lost it. It is given up then: a new one is made with what is true by now. */
  readonly lost?: boolean;
  /** Ends it when what is running over it has ended. */
  close(): void;
}

/** What the registry lists at present, or `undefined` when it has nothing to say. */
export type Listed = () => readonly ServiceInstance[] | undefined;

/** Begins a connection to an endpoint; `onEnd` may be told that it is of no use any more. */
export type Connect<C> = (endpoint: Endpoint, onEnd: (ended: C) => void) => C;

interface Entry<C> {
  readonly url: string;
  readonly connection: C;
}

/** The connections of one client: one for each instance that it has called, that has not left and that has not failed. */
export class InstanceConnections<C extends InstanceConnection> {
  readonly #entries = new Map<string, Entry<C>>();
  #list: readonly ServiceInstance[] | undefined;
  #closed = false;

  constructor(
    private readonly connect: Connect<C>,
    private readonly listed: Listed = () => undefined,
  ) {}

  /** The connection to an endpoint, begun now if there is none. Throws a `ClientClosedError` after `close`. */
  to(endpoint: Endpoint): C {
    if (this.#closed) throw new ClientClosedError();
    this.#dropThoseWhoLeft();
    const { id, baseUrl } = endpoint;
    const entry = this.#entries.get(id);
    if (entry?.url === baseUrl && !entry.connection.lost) return entry.connection;
    entry?.connection.close();
    const connection = this.connect(endpoint, (ended) => this.#forget(id, ended));
    this.#entries.set(id, { url: baseUrl, connection });
    return connection;
  }

  /** Gives a connection up, so that the next call to its instance connects anew. */
  drop({ id }: Endpoint, connection: C): void {
    this.#forget(id, connection);
    connection.close();
  }

  /** Ends the connections; those over which something runs when that has ended. */
  close(): void {
    this.#closed = true;
    for (const { connection } of this.#entries.values()) connection.close();
    this.#entries.clear();
  }

  #forget(id: string, connection: C): void {
    if (this.#entries.get(id)?.connection === connection) this.#entries.delete(id);
  }

  /** Lists are never changed in place, so a list that is the same object needs no second look. */
  #dropThoseWhoLeft(): void {
    const list = this.listed();
    if (!list || list === this.#list) return;
    this.#list = list;
    const ids = new Set(list.map(({ id }) => id));
    for (const [id, { connection }] of this.#entries) {
      if (ids.has(id)) continue;
      this.#entries.delete(id);
      connection.close();
    }
  }
}
