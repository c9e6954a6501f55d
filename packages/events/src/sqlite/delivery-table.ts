import { type Failure, type Outcome } from '../broker/delivery.js';
import { type Message } from '../broker/message.js';
import { type Claim } from '../store/delivery-store.js';
import { type MessageRow, toMessage } from '../store/rows.js';
import { type Statements } from './statements.js';

/** A due time in the past of every clock: at once, and before what was never handed out. */
const FIRST = 1;

const LEASE = `UPDATE delivery SET due = :until, owner = :owner, attempts = attempts + 1
   WHERE consumer = (SELECT id FROM consumer WHERE name = :consumer) AND seq IN`;
const OF_CONSUMER = 'consumer = (SELECT id FROM consumer WHERE name = :consumer)';
/** What was handed out before comes first: it is older, and there is never much of it. */
const CLAIM_AGAIN = `${LEASE} (SELECT seq FROM delivery WHERE ${OF_CONSUMER} AND due > 0 AND due <= :now
   ORDER BY due LIMIT :limit) RETURNING seq, attempts`;
const CLAIM_NEW = `${LEASE} (SELECT seq FROM delivery WHERE ${OF_CONSUMER} AND due = 0
   ORDER BY seq LIMIT :limit) RETURNING seq, attempts`;
/** Holds only for the present holder of the lease. */
const HELD =
  'consumer = (SELECT id FROM consumer WHERE name = :consumer) AND seq = :seq AND owner = :owner AND attempts = :attempt';
const RELEASE = `UPDATE delivery SET owner = NULL, due = ${FIRST}, attempts = attempts - 1 WHERE ${HELD}`;
const RETRY = `UPDATE delivery SET owner = NULL, due = :due, first_failed = coalesce(first_failed, :at) WHERE ${HELD}`;

/** What waits for whom. All methods but `nextDue` are called within a transaction. */
export class DeliveryTable {
  constructor(
    private readonly db: Statements,
    private readonly owner: string,
  ) {}

  add(consumer: number, seq: number, due: number): void {
    this.db.run('INSERT INTO delivery (consumer, seq, due) VALUES (:consumer, :seq, :due)', {
      consumer,
      seq,
      due,
    });
  }

  /** When the consumer's first delivery is due: 0 for at once, `undefined` when it has none. */
  nextDue(consumer: string): number | undefined {
    const row = this.db.first<{ due: number | null }>(
      'SELECT min(due) AS due FROM delivery WHERE consumer = (SELECT id FROM consumer WHERE name = :consumer)',
      { consumer },
    );
    return row?.due ?? undefined;
  }

  claim(consumer: string, limit: number, now: number, until: number): Claim[] {
    if (limit <= 0) return [];
    const lease = { until, owner: this.owner, consumer };
    const again = this.db.all<Leased>(CLAIM_AGAIN, { ...lease, now, limit });
    const left = limit - again.length;
    const fresh = left > 0 ? this.db.all<Leased>(CLAIM_NEW, { ...lease, limit: left }) : [];
    fresh.sort((a, b) => a.seq - b.seq);
    return [...again, ...fresh].map(({ seq, attempts }) => ({
      consumer,
      seq,
      attempt: attempts,
      message: this.#message(seq),
    }));
  }

  renew(claim: Claim, until: number): boolean {
    return this.db.run(`UPDATE delivery SET due = :until WHERE ${HELD}`, { ...this.#held(claim), until }) > 0;
  }

  settle(claim: Claim, outcome: Outcome, now: number): boolean {
    if (outcome.kind === 'dead') return this.#bury(claim, outcome.failure);
    const held = this.#held(claim);
    if (outcome.kind === 'done') return this.db.run(`DELETE FROM delivery WHERE ${HELD}`, held) > 0;
    if (outcome.kind === 'release') return this.db.run(RELEASE, held) > 0;
    const due = Math.max(FIRST, Math.ceil(now + outcome.delayMs));
    return this.db.run(RETRY, { ...held, due, at: outcome.failure.at }) > 0;
  }

  /** Makes everything that `owner` holds due at once. The attempts it began stay counted. */
  releaseAll(owner: string): number {
    return this.db.run(
      `UPDATE delivery SET owner = NULL, due = ${FIRST}
       WHERE consumer IN (SELECT id FROM consumer) AND due > 0 AND owner = :owner`,
      { owner },
    );
  }

  #bury(claim: Claim, failure: Failure): boolean {
    const buried = this.db.run(
      `INSERT INTO dead_letter (consumer, grp, handler, seq, attempts, first_failed, last_failed, failure)
       SELECT c.name, c.grp, c.handler, d.seq, d.attempts, coalesce(d.first_failed, :at), :at, :failure
       FROM delivery d JOIN consumer c ON c.id = d.consumer
       WHERE c.name = :consumer AND d.seq = :seq AND d.owner = :owner AND d.attempts = :attempt`,
      { ...this.#held(claim), at: failure.at, failure: JSON.stringify(failure) },
    );
    if (buried > 0) this.db.run(`DELETE FROM delivery WHERE ${HELD}`, this.#held(claim));
    return buried > 0;
  }

  #held({ consumer, seq, attempt }: Claim) {
    return { consumer, seq, owner: this.owner, attempt };
  }

  #message(seq: number): Message {
    const row = this.db.first<MessageRow>('SELECT source, id, type, key, body FROM log WHERE seq = :seq', {
      seq,
    });
    if (!row) throw new Error(`Event ${seq} is missing from the log: the event database is damaged.`);
    return toMessage(row);
  }
}

interface Leased {
  readonly seq: number;
  readonly attempts: number;
}
