import { type Clock, messageOf, repeat, type Repetition } from '@rookery/common';
import { type Log } from '@rookery/events';
import { type Listener } from '../connection/listener.js';
import { type PostgresLink } from '../connection/postgres-link.js';
import { type PostgresSettings } from '../postgres-broker.options.js';
import { NODE_LOCK } from './node-lock.js';
import { type Statements } from './statements.js';

/** How often this process says that it lives, and looks for those that do not. */
const TURN_MS = 1_000;
/** Who has been silent for so long, and holds its lock no more, is dead. A connection that was lost is made again sooner. */
const SILENCE_MS = 2_500;
const MINUTE_MS = 60_000;
/** A longer pause between two turns is a break. */
const LONGEST_GAP_MS = 10_000;
/** Nobody is forgotten sooner after a break: each process says once a minute which consumers it runs. */
const FORGETTING_MS = 2.5 * MINUTE_MS;
/** So many old events are removed by one statement. */
const SLICE = 5_000;

export interface UpkeepParts {
  readonly link: PostgresLink;
  readonly statements: Statements;
  readonly listener: Listener;
  readonly settings: PostgresSettings;
  readonly clock: Clock;
  readonly log: Log;
  readonly now: () => number | null;
  /** This process, as the owner of leases. */
  readonly owner: string;
  readonly lock: number;
  /** The consumers that this process runs or feeds. */
  readonly declared: () => readonly string[];
}

/** Each second releases what dead processes hold; each minute removes what nobody needs any more. */
export class Upkeep {
  #lastMinute: number;
  /** Since when this process and the database have worked without a break. */
  #steadySince: number;
  #lastTurn: number;
  #failing = false;
  #repetition: Repetition | undefined;

  constructor(private readonly parts: UpkeepParts) {
    this.#lastMinute = this.#steadySince = this.#lastTurn = parts.clock.monotonic();
  }

  /** Resolves when the first turn is done, so that nothing of a dead process is left waiting at the start. */
  async start(): Promise<void> {
    await this.#turn();
    this.#repetition = repeat(
      this.parts.clock,
      TURN_MS,
      () => this.#turn(),
      (error) => this.#report(error),
    );
  }

  async stop(): Promise<void> {
    await this.#repetition?.stop();
  }

  /** Says once that the database cannot be used, and once that it can again. */
  #report(error?: unknown): void {
    const failing = error !== undefined;
    const { log } = this.parts;
    if (failing && !this.#failing) log.error(`Upkeep of the events failed: ${messageOf(error)}`);
    if (!failing && this.#failing) log.log('The events are kept up again.');
    this.#failing = failing;
  }

  async #turn(): Promise<void> {
    const { link, statements, listener, clock, now, owner, lock } = this.parts;
    await link.run(statements.beat, [now(), owner, lock]);
    await listener.ensure();
    await this.#releaseDead();
    const at = clock.monotonic();
    // Each turn that failed, or was not made because the machine slept, leaves a gap.
    if (at - this.#lastTurn > LONGEST_GAP_MS) this.#steadySince = at;
    this.#lastTurn = at;
    if (at - this.#lastMinute >= MINUTE_MS) {
      this.#lastMinute = at;
      await this.#minute(at - this.#steadySince);
    }
    this.#report();
  }

  async #releaseDead(): Promise<void> {
    const { link, statements, log, now, owner } = this.parts;
    const values = [now(), owner, NODE_LOCK, SILENCE_MS];
    const [row] = await link.rows<{ released: number }>(statements.releaseDead, values);
    if (!row || row.released === 0) return;
    log.log(`A process ended while it handled ${row.released} events; they are delivered again.`);
  }

  async #minute(steadyMs: number): Promise<void> {
    const { link, statements, settings, now, declared } = this.parts;
    const { retentionMs, maxRetained, deadLetterRetentionMs } = settings;
    await link.run(statements.touch, [now(), declared()]);
    await inSlices(() => link.run(statements.pruneLetters, [now(), deadLetterRetentionMs, SLICE]));
    await inSlices(() => link.run(statements.prune, [now(), retentionMs, maxRetained, SLICE]));
    // After an outage, or with a database from a backup, the others have had no chance yet to say that they are there.
    if (steadyMs >= FORGETTING_MS) await this.#forgetUnseen();
  }

  async #forgetUnseen(): Promise<void> {
    const { link, statements, settings, log, now } = this.parts;
    const silence = settings.consumerExpiryMs;
    for (const { name } of await link.rows<{ name: string }>(statements.unseen, [now(), silence])) {
      log.warn(
        `No process has run consumer ${name} for longer than consumerExpiry: it is forgotten with its backlog.`,
      );
      await inSlices(() => link.run(statements.forgetSome, [now(), name, silence, SLICE]));
      await link.run(statements.forget, [now(), name, silence]);
    }
  }
}

/** No statement takes long, however much there is to do. */
async function inSlices(remove: () => Promise<number>): Promise<void> {
  while ((await remove()) === SLICE);
}
