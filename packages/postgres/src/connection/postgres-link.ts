import { messageOf, systemCode } from '@rookery/common';
import pg from 'pg';
import { PostgresUnavailableError } from '../errors/postgres-unavailable.error.js';
import { type PostgresSettings } from '../postgres-broker.options.js';

/** A statement by its name, under which each connection keeps its plan. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** What a failed statement says about whether it was carried out. */
export function mayHaveHappened(error: unknown): boolean {
  return error instanceof PostgresUnavailableError && error.sqlState === undefined;
}

/** Two transactions stood in each other's way, and this one gave in: it did nothing, and may be tried again at once. */
export function gaveWay(error: unknown): boolean {
  return error instanceof PostgresUnavailableError && ['40001', '40P01'].includes(error.sqlState ?? '');
}

/** The connections of one broker to its database. Whatever goes wrong is a `PostgresUnavailableError`. */
export class PostgresLink {
  readonly server: string;
  readonly #pool: pg.Pool;
  readonly #config: pg.ClientConfig;

  constructor({ url, timeoutMs, connections }: Pick<PostgresSettings, 'url' | 'timeoutMs' | 'connections'>) {
    const { host, pathname } = new URL(url);
    this.server = `PostgreSQL at ${host}${pathname}`;
    this.#config = {
      connectionString: url,
      application_name: 'rookery-events',
      keepAlive: true,
      connectionTimeoutMillis: timeoutMs,
      // The server gives up first, so that what it did is known.
      statement_timeout: timeoutMs,
      query_timeout: timeoutMs + 1_000,
    };
    this.#pool = new pg.Pool({ ...this.#config, max: connections, allowExitOnIdle: true });
    // A connection that dies while nobody uses it is replaced when somebody does.
    this.#pool.on('error', () => {});
  }

  /** The rows; `Row` is what the caller knows the statement to return. */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- the caller says what its statement returns
  async rows<Row>(statement: Statement, values: readonly unknown[]): Promise<Row[]> {
    return (await this.#run({ ...statement, values: [...values] })).rows as Row[];
  }

  /** Runs the statement and returns how many rows it changed. */
  async run(statement: Statement, values: readonly unknown[]): Promise<number> {
    return (await this.#run({ ...statement, values: [...values] })).rowCount ?? 0;
  }

  /** Runs several statements as one transaction. */
  async script(text: string): Promise<void> {
    await this.#run({ text });
  }

  /** A connection of its own, not connected yet. */
  client(): pg.Client {
    return new pg.Client({ ...this.#config, query_timeout: 0, statement_timeout: 0 });
  }

  translate(error: unknown): PostgresUnavailableError {
    const sqlState = error instanceof pg.DatabaseError ? error.code : undefined;
    const reason = messageOf(error) || systemCode(error) || 'it does not answer';
    return new PostgresUnavailableError(this.server, reason.replace(/[.\s]+$/, '').slice(0, 300), sqlState);
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #run(query: pg.QueryConfig): Promise<pg.QueryResult> {
    try {
      return await this.#pool.query(query);
    } catch (error) {
      throw this.translate(error);
    }
  }
}
