import { type DatabaseSync } from 'node:sqlite';
import { type Clock } from '@rookery/common';
import { BrokerClosedError } from '../broker/broker-closed.error.js';
import { isBusy } from './busy.js';

interface Job {
  readonly since: number;
  /** Does the work. Throws when the database refuses it. */
  readonly work: () => unknown;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** At most so many pieces of work share a transaction, so that no commit holds the process up for long. */
const LARGEST_BATCH = 100;
/** How long work waits for another process that holds the lock, in milliseconds. */
const GIVE_UP_MS = 5_000;
const RETRY_MS = 20;

/**
 * Group commit: all work of one turn of the event loop shares one transaction, and each piece resolves only after
 * its COMMIT. Nothing waits for company: the first piece of work starts the turn's end, later ones do not move it.
 */
export class Committer {
  #queue: Job[] = [];
  #scheduled = false;
  #closed = false;

  constructor(
    private readonly db: DatabaseSync,
    private readonly clock: Clock,
  ) {}

  /** Runs `work` within the next transaction. Work that throws is undone alone. */
  run<T>(work: () => T): Promise<T> {
    if (this.#closed) return Promise.reject(new BrokerClosedError());
    return new Promise<T>((resolve, reject) => {
      const job = { since: this.clock.monotonic(), work, resolve: resolve as Job['resolve'], reject };
      this.#queue.push(job);
      this.#flushSoon();
    });
  }

  /** Takes nothing more, and resolves when all that was taken is committed or refused. */
  async close(): Promise<void> {
    const last = this.run(() => {});
    this.#closed = true;
    await last.catch(() => {});
  }

  #flushSoon(): void {
    if (this.#scheduled) return;
    this.#scheduled = true;
    setImmediate(() => this.#flush());
  }

  #flush(): void {
    this.#scheduled = false;
    const jobs = this.#queue.splice(0, LARGEST_BATCH);
    try {
      this.#commit(jobs);
    } catch (error) {
      if (isBusy(error)) return this.#later(jobs, error);
      for (const job of jobs) job.reject(error);
    }
    if (this.#queue.length > 0) this.#flushSoon();
  }

  #commit(jobs: readonly Job[]): void {
    this.db.exec('BEGIN IMMEDIATE');
    const settle: (() => void)[] = [];
    try {
      for (const job of jobs) settle.push(this.#attempt(job));
      this.db.exec('COMMIT');
    } catch (error) {
      if (this.db.isTransaction) this.db.exec('ROLLBACK');
      throw error;
    }
    for (const each of settle) each();
  }

  /** Does one piece of work and returns what is to be told after the COMMIT. */
  #attempt({ work, resolve, reject }: Job): () => void {
    this.db.exec('SAVEPOINT piece');
    try {
      const value = work();
      this.db.exec('RELEASE piece');
      return () => resolve(value);
    } catch (error) {
      // SQLite has rolled back everything already when, for example, the disk is full: then nobody's work is done.
      if (!this.db.isTransaction) throw error;
      this.db.exec('ROLLBACK TO piece; RELEASE piece');
      return () => reject(error);
    }
  }

  /** Another process holds the lock: tries again with all that waits by then, and gives up on what waited too long. */
  #later(jobs: readonly Job[], error: unknown): void {
    const now = this.clock.monotonic();
    const patient = jobs.filter((job) => now - job.since < GIVE_UP_MS);
    for (const job of jobs) if (!patient.includes(job)) job.reject(error);
    this.#queue.unshift(...patient);
    if (this.#queue.length === 0) return;
    this.#scheduled = true;
    this.clock.schedule(RETRY_MS, () => this.#flush());
  }
}
