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

/** How long the goodbye to the server may take. */
const GOODBYE_MS = 500;

/** A connection that hears what other processes announce. When it is lost, `ensure` makes it again. */
export class Listener {
  #client: Client | undefined;
  #locked = false;
  #closed = false;

  constructor(
    private readonly link: PostgresLink,
    private readonly parts: ListenerParts,
  ) {}

  /** Connects, unless it is connected and the server answers. Rejects with a `PostgresUnavailableError`. */
  async ensure(): Promise<void> {
    if (this.#closed) return;
    const client = this.#client ?? (await this.#connect());
    try {
      // An earlier connection of this process may be dead here and alive for the server, which then still has the lock.
      if (!this.#locked) this.#locked = await this.#lock(client);
      // Nothing else is ever sent, so nothing else would find out that nobody is there.
      else await client.query('SELECT 1');
    } catch (error) {
      this.#lose(client);
      await end(client);
      throw this.link.translate(error);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    if (this.#client) await end(this.#client);
  }

  async #connect(): Promise<Client> {
    const { channel, onNotice } = this.parts;
    const client = this.link.client();
    client.on('error', () => this.#lose(client)).on('end', () => this.#lose(client));
    client.on('notification', ({ payload = '' }) => onNotice(payload));
    try {
      await client.connect();
      await client.query(`LISTEN "${channel}"`);
    } catch (error) {
      await end(client);
      throw this.link.translate(error);
    }
    // It keeps no process; its types leave it out.
    (client as Client & { unref(): void }).unref();
    this.#client = client;
    onNotice('');
    return client;
  }

  async #lock(client: Client): Promise<boolean> {
    const { rows } = await client.query<{ locked: boolean }>(
      'SELECT pg_try_advisory_lock($1, $2) AS locked',
      [...this.parts.lock],
    );
    return rows[0]?.locked === true;
  }

  #lose(client: Client): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    this.#locked = false;
  }
}

/** A server that does not answer would never say goodbye. */
async function end(client: Client): Promise<void> {
  const { connection } = client as Client & { connection: { stream: { destroy(): void } } };
  const timer = setTimeout(() => connection.stream.destroy(), GOODBYE_MS);
  await client.end().catch(() => {});
  clearTimeout(timer);
}
