import { messageOf, systemCode } from '@rookery/common';
import { BrokerClosedError } from '@rookery/events';
import pg from 'pg';
import { PostgresUnavailableError } from '../errors/postgres-unavailable.error.js';
import { type PostgresSettings } from '../postgres-broker.options.js';

/** A statement by its name, under which each connection keeps its plan. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** The connection was lost, or its end ended, so that nobody knows whether the statement was carried out. */
export function mayHaveHappened(error: unknown): boolean {
  if (!(error instanceof PostgresUnavailableError)) return false;
  return error.sqlState === undefined || ['57P01', '57P02', '57P03'].includes(error.sqlState);
}

/** What was to be stored is what the database cannot hold: any other value might have been stored. */
export function isOfTheData(error: unknown): boolean {
  return error instanceof PostgresUnavailableError && /^(22|54)/.test(error.sqlState ?? '');
}

/** Two transactions stood in each other's way, and this one gave in: it did nothing, and may be made again at once. */
const GAVE_WAY = ['40001', '40P01'];
const MOST_TRIES = 5;

/** The connections of one broker to its database. Whatever goes wrong is a `PostgresUnavailableError`. */
export class PostgresLink {
  readonly server: string;
  readonly #pool: pg.Pool;
  readonly #config: pg.ClientConfig;
  #closed = false;

  constructor({ url, timeoutMs, connections }: Pick<PostgresSettings, 'url' | 'timeoutMs' | 'connections'>) {
    const { host, pathname } = new URL(url);
    this.server = `PostgreSQL at ${host}${pathname}`;
    this.#config = {
      connectionString: url,
      application_name: 'rookery-events',
      keepAlive: true,
      connectionTimeoutMillis: timeoutMs,
      query_timeout: timeoutMs + 1_000,
    };
    // The server gives up first, so that what it did is known. Not as a parameter of the connection, which poolers refuse.
    const limit = `SET statement_timeout = ${timeoutMs}`;
    this.#pool = new pg.Pool({
      ...this.#config,
      max: connections,
      allowExitOnIdle: true,
      onConnect: (client) => client.query(limit) as unknown as void,
    });
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
    return new pg.Client(this.#config);
  }

  translate(error: unknown): PostgresUnavailableError {
    const sqlState = error instanceof pg.DatabaseError ? error.code : undefined;
    const reason = messageOf(error) || systemCode(error) || 'it does not answer';
    return new PostgresUnavailableError(this.server, reason.replace(/[.\s]+$/, '').slice(0, 300), sqlState);
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#pool.end();
  }

  /** Each statement is a transaction of its own, so one that gave way to another is made again as it is. */
  async #run(query: pg.QueryConfig): Promise<pg.QueryResult> {
    for (let tries = 1; ; tries += 1) {
      if (this.#closed) throw new BrokerClosedError();
      try {
        return await this.#pool.query(query);
      } catch (error) {
        const gaveWay = error instanceof pg.DatabaseError && GAVE_WAY.includes(error.code ?? '');
        if (!gaveWay || tries === MOST_TRIES) throw this.translate(error);
      }
    }
  }
}
