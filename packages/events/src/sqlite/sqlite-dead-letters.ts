import { type DeadLetterFilter, type DeadLetterStore, type DeadRecord } from '../broker/dead-letter-store.js';
import { type Ring } from '../store/delivery-store.js';
import { type DeadRow, toDeadRecord } from '../store/rows.js';
import { type Committer } from './committer.js';
import { type Statements } from './statements.js';

/** How many dead letters one transaction moves. */
const SLICE = 500;

/** Every condition holds when its value is NULL. `ids` is a JSON list. */
const SELECTED = `FROM dead_letter d JOIN log l ON l.seq = d.seq
   WHERE (:group IS NULL OR d.grp = :group) AND (:handler IS NULL OR d.handler = :handler)
     AND (:type IS NULL OR l.type = :type)
     AND (:ids IS NULL OR d.id IN (SELECT value FROM json_each(:ids))) AND d.id > :after
   ORDER BY d.id LIMIT :limit`;

interface Selected {
  readonly letter: number;
  readonly consumer: string;
  readonly seq: number;
}

/** The dead letters of a SQLite broker. */
export class SqliteDeadLetters implements DeadLetterStore {
  constructor(
    private readonly db: Statements,
    private readonly committer: Committer,
    private readonly ring: Ring,
  ) {}

  async list(filter: DeadLetterFilter): Promise<DeadRecord[]> {
    const columns =
      'd.id AS letter, d.grp, d.handler, d.attempts, d.first_failed, d.failure, l.source, l.id, l.type, l.key, l.body';
    const rows = this.db.all<DeadRow>(
      `SELECT ${columns} ${SELECTED}`,
      selection(filter, 0, filter.limit ?? 100),
    );
    return rows.map(toDeadRecord);
  }

  async replay(filter: DeadLetterFilter): Promise<number> {
    const consumers = new Set<string>();
    const replayed = await this.#inSlices(filter, ({ letter, consumer, seq }) => {
      const known = this.db.run(
        'INSERT OR REPLACE INTO delivery (consumer, seq) SELECT id, :seq FROM consumer WHERE name = :consumer',
        { seq, consumer },
      );
      if (known === 0) return false;
      this.#delete(letter);
      consumers.add(consumer);
      return true;
    });
    this.ring([...consumers]);
    return replayed;
  }

  discard(filter: DeadLetterFilter): Promise<number> {
    return this.#inSlices(filter, ({ letter }) => {
      this.#delete(letter);
      return true;
    });
  }

  /** Visits what is selected, in transactions of a bounded size, and counts for how many `visit` says true. */
  async #inSlices(filter: DeadLetterFilter, visit: (selected: Selected) => boolean): Promise<number> {
    let count = 0;
    let after = 0;
    for (let left = filter.limit ?? Infinity; left > 0; left -= SLICE) {
      const size = Math.min(left, SLICE);
      const visited = await this.committer.run(() => {
        const columns = 'd.id AS letter, d.consumer, d.seq';
        const slice = this.db.all<Selected>(`SELECT ${columns} ${SELECTED}`, selection(filter, after, size));
        count += slice.filter(visit).length;
        after = slice.at(-1)?.letter ?? after;
        return slice.length;
      });
      if (visited < size) break;
    }
    return count;
  }

  #delete(letter: number): void {
    this.db.run('DELETE FROM dead_letter WHERE id = :letter', { letter });
  }
}

function selection({ group, handler, type, ids }: DeadLetterFilter, after: number, limit: number) {
  const chosen = ids ? JSON.stringify(ids.map(Number)) : null;
  return { group: group ?? null, handler: handler ?? null, type: type ?? null, ids: chosen, after, limit };
}
