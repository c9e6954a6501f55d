import { type Client } from 'pg';
import { type PostgresLink } from './postgres-link.js';

/** What a listener does besides listening. */
export interface ListenerParts {
  readonly channel: string;
  /** An advisory lock that shows the others that this process lives: the server lets go of it with the connection. */
  readonly lock: readonly [kind: number, own: number];
  /** @param payload Empty when anything may have been missed. */
  readonly onNotice: (payload: string) => void;
}

/** A connection that hears what other processes announce. When it is lost, `ensure` makes it again. */
export class Listener {
  #client: Client | undefined;
  #closed = false;

  constructor(
    private readonly link: PostgresLink,
    private readonly parts: ListenerParts,
  ) {}

  /** Connects, unless it is connected. Rejects with a `PostgresUnavailableError`. */
  async ensure(): Promise<void> {
    if (this.#client || this.#closed) return;
    const { channel, lock, onNotice } = this.parts;
    const client = this.link.client();
    const lose = () => {
      if (this.#client === client) this.#client = undefined;
    };
    client.on('error', lose).on('end', lose);
    client.on('notification', ({ payload = '' }) => onNotice(payload));
    try {
      await client.connect();
      await client.query(`LISTEN ${channel}`);
      // Not waited for: an earlier connection of this process may be dead here and alive for the server.
      await client.query('SELECT pg_try_advisory_lock($1, $2)', [...lock]);
      // It keeps no process; its types leave it out.
      (client as Client & { unref(): void }).unref();
    } catch (error) {
      await client.end().catch(() => {});
      throw this.link.translate(error);
    }
    this.#client = client;
    onNotice('');
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#client?.end().catch(() => {});
  }
}
