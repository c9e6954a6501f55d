import { type Clock, messageOf, repeat, type Repetition } from '@rookery/common';
import { type Log } from '../broker/log.js';
import { type Ring } from '../store/delivery-store.js';
import { type Committer } from './committer.js';
import { type ConsumerTable } from './consumer-table.js';
import { type DeliveryTable } from './delivery-table.js';
import { fileIdentity } from './file-identity.js';
import { type NodeTable } from './node-table.js';
import { type Pruner } from './pruner.js';
import { type SqliteSettings } from './sqlite-options.js';
import { type Statements } from './statements.js';

const TURN_MS = 1_000;
const MINUTE_MS = 60_000;
const UNWATCHED_NODE_MS = 3_600_000;
const SLICE = 1_000;

export interface UpkeepParts {
  readonly db: Statements;
  readonly committer: Committer;
  readonly consumers: ConsumerTable;
  readonly deliveries: DeliveryTable;
  readonly nodes: NodeTable;
  readonly pruner: Pruner;
  readonly settings: SqliteSettings;
  readonly clock: Clock;
  readonly log: Log;
  readonly ring: Ring;
  /** Called when the database file is not the one any more that was opened. */
  readonly onLost: () => void;
  /** The consumers that this process runs or feeds. */
  readonly declared: () => Iterable<string>;
}

/** Each second releases what dead processes hold; each minute removes what nobody needs any more. */
export class Upkeep {
  #file: string | undefined;
  #lastMinute: number;
  #pruning = true;
  #repetition: Repetition | undefined;

  constructor(private readonly parts: UpkeepParts) {
    this.#lastMinute = parts.clock.now();
  }

  /** Resolves when the first turn is done, so that nothing of a dead process is left waiting at the start. */
  async start(): Promise<void> {
    const { committer, nodes, clock, log, settings } = this.parts;
    this.#file = await fileIdentity(settings.file);
    await committer.run(() => nodes.register(clock.now()));
    await this.#releaseDead();
    this.#repetition = repeat(
      clock,
      TURN_MS,
      () => this.#turn(),
      (error) => log.error(`Upkeep of the event database failed: ${messageOf(error)}`),
    );
  }

  async stop(): Promise<void> {
    await this.#repetition?.stop();
  }

  async #turn(): Promise<void> {
    if ((await fileIdentity(this.parts.settings.file)) !== this.#file) return this.parts.onLost();
    await this.#releaseDead();
    const since = this.parts.clock.now() - this.#lastMinute;
    if (since >= MINUTE_MS || since < 0) {
      this.#lastMinute = this.parts.clock.now();
      this.#pruning = true;
      await this.#minute(since);
    }
    if (this.#pruning) this.#pruning = !(await this.parts.pruner.turn());
  }

  async #releaseDead(): Promise<void> {
    const { committer, deliveries, nodes, log, ring } = this.parts;
    for (const id of nodes.dead()) {
      const released = await committer.run(() => {
        nodes.remove(id);
        return deliveries.releaseAll(id);
      });
      if (released === 0) continue;
      log.log(`A process ended while it handled ${released} events; they are delivered again.`);
      ring();
    }
  }

  async #minute(since: number): Promise<void> {
    const { committer, consumers, nodes, db, clock, settings, declared } = this.parts;
    const now = clock.now();
    await committer.run(() => {
      for (const name of declared()) consumers.touch(name, now);
      nodes.register(now);
      nodes.removeUnseen(now - UNWATCHED_NODE_MS);
      db.run('DELETE FROM dead_letter WHERE last_failed < :before', {
        before: now - settings.deadLetterRetentionMs,
      });
    });
    // After a sleep of the machine or a jump of its clock, the others have had no chance yet to say they are there.
    if (since >= 0 && since < 2 * MINUTE_MS) await this.#forgetUnseen(now - settings.consumerExpiryMs);
  }

  async #forgetUnseen(before: number): Promise<void> {
    const { committer, consumers, log } = this.parts;
    for (const consumer of consumers.unseenSince(before)) {
      log.warn(
        `No process has run consumer ${consumer.name} for longer than consumerExpiry: it is forgotten with its backlog.`,
      );
      while (!(await committer.run(() => consumers.forget(consumer, before, SLICE))));
    }
  }
}
