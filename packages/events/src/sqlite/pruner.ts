import { type Clock } from '@rookery/common';
import { type Committer } from './committer.js';
import { type SqliteSettings } from './sqlite-options.js';
import { type Statements } from './statements.js';

/** How much of the log one transaction looks at, and how many of them one turn may take. */
const SLICE = 1_000;
const SLICES_A_TURN = 20;

/** Beyond the age, or beyond the number that is kept; and nobody waits for it or has it among the dead letters. */
const PRUNE = `DELETE FROM log WHERE seq > :from AND seq <= :to AND (at < :before OR seq <= :surplus)
   AND NOT EXISTS (SELECT 1 FROM delivery d WHERE d.consumer IN (SELECT id FROM consumer) AND d.seq = log.seq)
   AND NOT EXISTS (SELECT 1 FROM dead_letter x WHERE x.seq = log.seq)`;

/** Removes what is handled and old from the log, in slices from its oldest end, so that nothing else waits long. */
export class Pruner {
  /** Where the next slice begins; everything before it was looked at in this pass. */
  #position = 0;

  constructor(
    private readonly db: Statements,
    private readonly committer: Committer,
    private readonly clock: Clock,
    private readonly settings: Pick<SqliteSettings, 'retentionMs' | 'maxRetained'>,
  ) {}

  /** Looks at the next part of the log. True when the pass is complete and the next one begins at the oldest end. */
  async turn(): Promise<boolean> {
    for (let slice = 0; slice < SLICES_A_TURN; slice += 1) {
      if (!(await this.#slice())) {
        this.#position = 0;
        return true;
      }
    }
    return false;
  }

  /** False when it reached what is to be kept. */
  async #slice(): Promise<boolean> {
    const before = this.clock.now() - this.settings.retentionMs;
    const newest = this.db.first<{ seq: number | null }>('SELECT max(seq) AS seq FROM log')?.seq ?? 0;
    const surplus = newest - this.settings.maxRetained;
    const from = this.#position;
    const rows = this.db.all<{ seq: number; at: number }>(
      `SELECT seq, at FROM log WHERE seq > :from ORDER BY seq LIMIT ${SLICE}`,
      { from },
    );
    const last = rows.findLast(({ seq, at }) => at < before || seq <= surplus);
    if (!last) return false;
    await this.committer.run(() => this.db.run(PRUNE, { from, to: last.seq, before, surplus }));
    this.#position = last.seq;
    return rows.length === SLICE && last.seq === rows.at(-1)?.seq;
  }
}
