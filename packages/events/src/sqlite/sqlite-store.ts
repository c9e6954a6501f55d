import { randomUUID } from 'node:crypto';
import { type DatabaseSync } from 'node:sqlite';
import { identifySelf, type ProcessIdentity } from '@rookery/common';
import { type BrokerEnvironment, type ConsumerStatus, type Publication } from '../broker/broker.js';
import { BrokerClosedError } from '../broker/broker-closed.error.js';
import { consumerName, type ConsumerSpec } from '../broker/consumer-spec.js';
import { type Outcome } from '../broker/delivery.js';
import { type Message } from '../broker/message.js';
import { type Claim, type DeliveryStore, type Ring } from '../store/delivery-store.js';
import { Committer } from './committer.js';
import { openDatabase } from './connection.js';
import { ConsumerTable } from './consumer-table.js';
import { DeliveryTable } from './delivery-table.js';
import { watchCommits } from './doorbell.js';
import { EventFileError } from './event-file.error.js';
import { NodeTable } from './node-table.js';
import { Pruner } from './pruner.js';
import { SqliteDeadLetters } from './sqlite-dead-letters.js';
import { type SqliteSettings } from './sqlite-options.js';
import { Statements } from './statements.js';
import { readStatus } from './status.js';
import { Upkeep } from './upkeep.js';

/** What exists while the database is open. */
interface Opened {
  readonly raw: DatabaseSync;
  readonly db: Statements;
  readonly committer: Committer;
  readonly consumers: ConsumerTable;
  readonly deliveries: DeliveryTable;
  readonly nodes: NodeTable;
  readonly deadLetters: SqliteDeadLetters;
  readonly upkeep: Upkeep;
  readonly doorbell: { close(): void };
}

/** Deliveries in one SQLite file that all processes of a host share. */
export class SqliteStore implements DeliveryStore {
  readonly features = { durable: true, crossProcess: true, delay: true, orderedByKey: false };
  readonly #owner = randomUUID();
  readonly #declared = new Set<string>();
  #opened: Opened | undefined;
  #lost: EventFileError | undefined;
  #ring: Ring = () => {};

  constructor(
    private readonly settings: SqliteSettings,
    private readonly environment: Pick<BrokerEnvironment, 'clock' | 'log'>,
  ) {}

  get deadLetters(): SqliteDeadLetters {
    return this.#open.deadLetters;
  }

  async open(ring: Ring): Promise<void> {
    this.#ring = ring;
    this.#opened = this.#assemble(await openDatabase(this.settings), await identifySelf());
    await this.#opened.upkeep.start();
  }

  async declare(consumer: ConsumerSpec): Promise<void> {
    const { committer, consumers } = this.#open;
    this.#declared.add(consumerName(consumer));
    await committer.run(() => consumers.declare(consumer, this.#now()));
  }

  async append(message: Message, delayMs: number): Promise<Publication> {
    const { targets, known } = await this.#open.committer.run(() => this.#insert(message, delayMs));
    if (known !== undefined) return { duplicate: true, known };
    if (delayMs === 0) this.#ring(targets);
    return { duplicate: false };
  }

  async claim(consumer: string, limit: () => number, leaseMs: number): Promise<Claim[]> {
    const { committer, deliveries } = this.#open;
    // A look without the lock: most wake-ups find nothing.
    const due = deliveries.nextDue(consumer);
    if (due === undefined || due > this.#now()) return [];
    return committer.run(() => {
      const now = this.#now();
      return deliveries.claim(consumer, limit(), now, now + leaseMs);
    });
  }

  async renew(claims: readonly Claim[], leaseMs: number): Promise<Claim[]> {
    const { committer, deliveries } = this.#open;
    return committer.run(() => {
      const until = this.#now() + leaseMs;
      return claims.filter((claim) => !deliveries.renew(claim, until));
    });
  }

  async settle(claim: Claim, outcome: Outcome): Promise<boolean> {
    const { committer, deliveries } = this.#open;
    return committer.run(() => deliveries.settle(claim, outcome, this.#now()));
  }

  async nextDue(consumer: string): Promise<number | undefined> {
    const due = this.#open.deliveries.nextDue(consumer);
    return due === undefined ? undefined : Math.max(0, due - this.#now());
  }

  async status(): Promise<ConsumerStatus[]> {
    return readStatus(this.#open.db);
  }

  async close(idle: boolean): Promise<void> {
    if (!this.#opened) throw new BrokerClosedError();
    const { raw, committer, nodes, upkeep, doorbell } = this.#opened;
    doorbell.close();
    await upkeep.stop();
    // With something still being handled, the entry stays: others release it when this process has ended.
    if (idle) await committer.run(() => nodes.remove());
    await committer.close();
    this.#opened = undefined;
    raw.close();
  }

  get #open(): Opened {
    if (!this.#opened) throw new BrokerClosedError();
    if (this.#lost) throw this.#lost;
    return this.#opened;
  }

  /** What would be written from here on, nobody would ever read: it is refused instead. */
  #lose(): void {
    if (this.#lost) return;
    const cause = new Error('it was removed or replaced while it was open');
    this.#lost = new EventFileError(this.settings.file, cause);
    this.environment.log.error(this.#lost.message);
  }

  /** Whole milliseconds: the columns are integers. */
  #now(): number {
    return Math.floor(this.environment.clock.now());
  }

  #insert({ source, id, type, key, body }: Message, delayMs: number): { targets: string[]; known?: string } {
    const { db, consumers, deliveries } = this.#open;
    const now = this.#now();
    const row = db.first<{ seq: number }>(
      `INSERT INTO log (source, id, type, key, body, at) VALUES (:source, :id, :type, :key, :body, :now)
       ON CONFLICT (source, id) DO NOTHING RETURNING seq`,
      { source, id, type, key: key ?? null, body, now },
    );
    if (!row) return { targets: [], known: this.#typeOf(source, id) };
    const targets = consumers.targetsOf(type);
    for (const target of targets)
      deliveries.add(target.id, row.seq, delayMs > 0 ? Math.ceil(now + delayMs) : 0);
    return { targets: targets.map(({ name }) => name) };
  }

  #typeOf(source: string, id: string): string {
    const row = this.#open.db.first<{ type: string }>(
      'SELECT type FROM log WHERE source = :source AND id = :id',
      { source, id },
    );
    if (!row) throw new Error(`Event ${id} of ${source} was both there and not there.`);
    return row.type;
  }

  #assemble(raw: DatabaseSync, self: ProcessIdentity): Opened {
    const { settings } = this;
    const { clock, log } = this.environment;
    const ring: Ring = (consumers) => this.#ring(consumers);
    const db = new Statements(raw);
    const committer = new Committer(raw, clock);
    const consumers = new ConsumerTable(db);
    const deliveries = new DeliveryTable(db, this.#owner);
    const nodes = new NodeTable(db, this.#owner, self);
    const deadLetters = new SqliteDeadLetters(db, committer, ring);
    const pruner = new Pruner(db, committer, clock, settings);
    const declared = () => this.#declared;
    const tables = { db, committer, consumers, deliveries, nodes, pruner };
    const upkeep = new Upkeep({
      ...tables,
      settings,
      clock,
      log,
      ring,
      declared,
      onLost: () => this.#lose(),
    });
    const doorbell = watchCommits(settings.file, onForeignCommit(db, ring), log);
    return { raw, ...tables, deadLetters, upkeep, doorbell };
  }
}

/** Rings only for commits of other connections: `PRAGMA data_version` does not change with our own. */
function onForeignCommit(db: Statements, ring: Ring): () => void {
  let seen: number | undefined;
  return () => {
    const version = db.first<{ data_version: number }>('PRAGMA data_version')?.data_version;
    if (version === seen) return;
    seen = version;
    ring();
  };
}
