import { type Clock, messageOf, repeat, type Repetition } from '@rookery/common';
import { type Log } from '@rookery/events';
import { type Listener } from '../connection/listener.js';
import { type PostgresLink } from '../connection/postgres-link.js';
import { type PostgresSettings } from '../postgres-broker.options.js';
import { NODE_LOCK } from './node-lock.js';
import { type Statements } from './statements.js';

/** How often this process says that it lives, and looks for those that do not. */
const TURN_MS = 1_000;
/** Who has been silent for so long, and holds its lock no more, is dead. After a break of a second, all are heard again before. */
const SILENCE_MS = 3_500;
const MINUTE_MS = 60_000;
/** A longer pause between two turns is a break. */
const LONGEST_GAP_MS = 2_000;
/** Nobody is forgotten sooner after a break: each process says once a minute which consumers it runs. */
const FORGETTING_MS = 2.5 * MINUTE_MS;
/** So much one statement moves or looks at. */
const SLICE = 5_000;
/** So many of them look through old events in one turn: 20,000 a second is more than is published. */
const SLICES_A_TURN = 4;

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
  /** Says again which consumers this process runs or feeds. */
  readonly redeclare: () => Promise<void>;
}

/** Each second releases what dead processes hold; each minute removes what nobody needs any more. */
export class Upkeep {
  #lastMinute: number;
  /** Since when this process and the database have worked without a break. */
  #steadySince: number;
  #lastTurn: number;
  #failing = false;
  /** Where the next look through the old events begins; unset while this process has none to make. */
  #position: number | undefined;
  #repetition: Repetition | undefined;

  constructor(private readonly parts: UpkeepParts) {
    this.#lastMinute = this.#steadySince = this.#lastTurn = parts.clock.monotonic();
  }

  /** Resolves when the first turn is done. */
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
    // The next turn that succeeds follows a break, however short.
    if (failing) this.#lastTurn = -Infinity;
    if (failing && !this.#failing) log.error(`Upkeep of the events failed: ${messageOf(error)}`);
    if (!failing && this.#failing) log.log('The events are kept up again.');
    this.#failing = failing;
  }

  async #turn(): Promise<void> {
    const { link, statements, listener, clock, now, owner, lock } = this.parts;
    await link.run(statements.beat, [now(), owner, lock]);
    await listener.ensure();
    const at = clock.monotonic();
    if (at - this.#lastTurn > LONGEST_GAP_MS) this.#steadySince = at;
    this.#lastTurn = at;
    // Before, the others have had no chance to say that they live: the database was down for them as well.
    if (at - this.#steadySince >= SILENCE_MS) await this.#releaseDead();
    if (at - this.#lastMinute >= MINUTE_MS) {
      this.#lastMinute = at;
      await this.#minute(at - this.#steadySince);
    }
    if (this.#position !== undefined) await this.#prune(this.#position);
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
    const { link, statements, settings, now, redeclare } = this.parts;
    await redeclare();
    if ((await link.run(statements.turn, [now()])) === 0) return;
    await inSlices(() => link.run(statements.pruneLetters, [now(), settings.deadLetterRetentionMs, SLICE]));
    this.#position ??= 0;
    // With a database from a backup the others have had no chance yet to say what they run.
    if (steadyMs >= FORGETTING_MS) await this.#forgetUnseen();
  }

  /** Looks at the next old events, until it comes to those that are to be kept. */
  async #prune(from: number): Promise<void> {
    const { link, statements, settings, now } = this.parts;
    const { retentionMs, maxRetained } = settings;
    let position = from;
    for (let slice = 0; slice < SLICES_A_TURN; slice += 1) {
      const values = [now(), retentionMs, maxRetained, position, SLICE];
      const [part] = await link.rows<{ end: number | null; looked: number; old: number }>(
        statements.prune,
        values,
      );
      if (!part?.end || part.looked < SLICE || part.old < SLICE) {
        this.#position = undefined;
        return;
      }
      position = part.end;
    }
    this.#position = position;
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
