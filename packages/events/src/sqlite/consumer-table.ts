import { consumerName, type ConsumerSpec } from '../broker/consumer-spec.js';
import { isEventPattern, matchesPattern } from '../event/pattern.js';
import { type Statements } from './statements.js';

/** A consumer that an event goes to. */
export interface Target {
  readonly id: number;
  readonly name: string;
}

interface Entry extends Target {
  readonly patterns: readonly string[];
}

const MOST_REMEMBERED_TYPES = 1_000;

/** Who consumes what. All methods but `touch` are called within a transaction. */
export class ConsumerTable {
  #revision = -1;
  #entries: Entry[] = [];
  readonly #targets = new Map<string, Target[]>();

  constructor(private readonly db: Statements) {}

  declare(spec: ConsumerSpec, now: number): void {
    this.db.run(
      `INSERT INTO consumer (name, grp, handler, patterns, seen) VALUES (:name, :group, :handler, :patterns, :now)
       ON CONFLICT (name) DO UPDATE SET patterns = excluded.patterns, seen = excluded.seen`,
      {
        name: consumerName(spec),
        group: spec.group,
        handler: spec.handler,
        patterns: JSON.stringify(spec.patterns),
        now,
      },
    );
    this.#changed();
  }

  /** The consumers of a type, as of this transaction. */
  targetsOf(type: string): readonly Target[] {
    this.#refresh();
    const known = this.#targets.get(type);
    if (known) return known;
    const targets = this.#entries.filter(({ patterns }) =>
      // Written by whichever process declared it: one that wrote nonsense must not stop the others.
      patterns.some((pattern) => isEventPattern(pattern) && matchesPattern(pattern, type)),
    );
    if (this.#targets.size >= MOST_REMEMBERED_TYPES) this.#targets.clear();
    this.#targets.set(type, targets);
    return targets;
  }

  /** Notes that a process runs the consumer. */
  touch(name: string, now: number): void {
    this.db.run('UPDATE consumer SET seen = :now WHERE name = :name', { now, name });
  }

  /** The consumers that no process has run since `before`. */
  unseenSince(before: number): Target[] {
    return this.db.all<Target>('SELECT id, name FROM consumer WHERE seen < :before', { before });
  }

  /** Forgets up to `limit` deliveries of a consumer unseen since `before`, then the consumer. True: it is gone. */
  forget({ id }: Target, before: number, limit: number): boolean {
    if (!this.db.first('SELECT 1 FROM consumer WHERE id = :id AND seen < :before', { id, before }))
      return true;
    const forgotten = this.db.run(
      'DELETE FROM delivery WHERE consumer = :id AND seq IN (SELECT seq FROM delivery WHERE consumer = :id LIMIT :limit)',
      { id, limit },
    );
    if (forgotten === limit) return false;
    this.db.run('DELETE FROM consumer WHERE id = :id', { id });
    this.#changed();
    return true;
  }

  #changed(): void {
    this.db.run(`UPDATE setting SET value = abs(random() % 9007199254740991) WHERE name = 'consumers'`);
  }

  #refresh(): void {
    const revision = this.db.first<{ value: number }>(`SELECT value FROM setting WHERE name = 'consumers'`);
    if (revision?.value === this.#revision) return;
    const rows = this.db.all<Target & { patterns: string }>('SELECT id, name, patterns FROM consumer');
    this.#entries = rows.map(({ id, name, patterns }) => ({
      id,
      name,
      patterns: JSON.parse(patterns) as string[],
    }));
    this.#targets.clear();
    this.#revision = revision?.value ?? -1;
  }
}
