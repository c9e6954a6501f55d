/** etcd's default for the operations of one transaction is 128. */
const MOST_OPERATIONS = 100;

/** How often a question is asked that the server takes too long to answer. */
const MOST_TURNS = 4;

/** The gateway of an etcd, for what tests do behind the registry's back. */
export class EtcdApi {
  constructor(
    private readonly endpoint: string,
    private readonly token = '',
  ) {}

  /** Asks anything, again when a machine under load was too slow to answer; any other refusal is an error. */
  async ask<T = Record<string, unknown>>(path: string, body: object = {}): Promise<T> {
    for (let turn = 1; ; turn += 1) {
      const response = await fetch(`${this.endpoint}/v3/${path}`, {
        method: 'POST',
        headers: this.token ? { authorization: this.token } : {},
        body: JSON.stringify(body),
      });
      if (response.ok) return (await response.json()) as T;
      const refusal = await response.text();
      // The first try has arrived after all.
      if (turn > 1 && refusal.includes('already exists')) return {} as T;
      if (turn === MOST_TURNS || !refusal.includes('timed out')) throw new Error(`${path}: ${refusal}`);
    }
  }

  /** Writes a key, below a lease or below none. */
  async put(key: string, value: string, lease = '0'): Promise<void> {
    await this.ask('kv/put', { key: base64(key), value: base64(value), lease });
  }

  /** Writes many keys below a lease, as many in one step as etcd takes. */
  async putAll(entries: readonly (readonly [key: string, value: string])[], lease: string): Promise<void> {
    for (let from = 0; from < entries.length; from += MOST_OPERATIONS) {
      const some = entries.slice(from, from + MOST_OPERATIONS);
      const success = some.map(([key, value]) => ({
        request_put: { key: base64(key), value: base64(value), lease },
      }));
      await this.ask('kv/txn', { success });
    }
  }

  async deleteAll(prefix: string): Promise<void> {
    await this.ask('kv/deleterange', { key: base64(prefix), range_end: base64(`${prefix.slice(0, -1)}0`) });
  }

  /** A lease of a minute. */
  async lease(): Promise<string> {
    return (await this.ask<{ ID: string }>('lease/grant', { TTL: '60' })).ID;
  }

  async revoke(lease: string): Promise<void> {
    await this.ask('lease/revoke', { ID: lease });
  }

  /** How many leases there are. */
  async leases(): Promise<number> {
    const { leases = [] } = await this.ask<{ leases?: unknown[] }>('lease/leases');
    return leases.length;
  }

  /** Forgets what has happened up to now. */
  async compact(): Promise<void> {
    const { header } = await this.ask<{ header: { revision: string } }>('kv/range', { key: base64('x') });
    await this.ask('kv/compaction', { revision: header.revision, physical: true });
  }

  /** How many watches are open on it. */
  async watches(): Promise<number> {
    const metrics = await (await fetch(`${this.endpoint}/metrics`)).text();
    return Number(/^etcd_debugging_mvcc_watcher_total (\d+)/m.exec(metrics)?.[1]);
  }
}

function base64(text: string): string {
  return Buffer.from(text).toString('base64');
}
