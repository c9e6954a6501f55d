import {
  type DeadLetterFilter,
  type DeadLetterStore,
  type DeadRecord,
  type DeadRow,
  toDeadRecord,
} from '@rookery/events';
import { type PostgresLink } from '../connection/postgres-link.js';
import { type Statements } from './statements.js';

const LISTED = 100;

/** So many letters one statement moves. */
const SLICE = 1_000;

/** The dead letters of one schema. */
export class PostgresDeadLetters implements DeadLetterStore {
  constructor(
    private readonly link: PostgresLink,
    private readonly statements: Statements,
  ) {}

  async list({ limit = LISTED, ...filter }: DeadLetterFilter): Promise<DeadRecord[]> {
    const values = [...selection(filter), limit, Number.MAX_SAFE_INTEGER];
    return (await this.link.rows<DeadRow>(this.statements.letters, values)).map(toDeadRecord);
  }

  replay(filter: DeadLetterFilter): Promise<number> {
    return this.#inSlices(filter, async (values) => {
      const [row] = await this.link.rows<{ replayed: number }>(this.statements.replay, values);
      return row?.replayed ?? 0;
    });
  }

  discard(filter: DeadLetterFilter): Promise<number> {
    return this.#inSlices(filter, (values) => this.link.run(this.statements.discard, values));
  }

  /** What dies again meanwhile is not taken a second time. */
  async #inSlices(
    { limit = Infinity, ...filter }: DeadLetterFilter,
    move: (values: readonly unknown[]) => Promise<number>,
  ): Promise<number> {
    const [newest] = await this.link.rows<{ id: number }>(this.statements.newestLetter, []);
    let moved = 0;
    for (;;) {
      const slice = Math.min(SLICE, limit - moved);
      const count = await move([...selection(filter), slice, newest?.id ?? 0]);
      moved += count;
      if (count < slice || moved === limit) return moved;
    }
  }
}

/** Ids that are none of ours name no letter. */
function selection({ group, handler, type, ids }: Omit<DeadLetterFilter, 'limit'>): readonly unknown[] {
  const chosen = ids?.filter((id) => /^\d{1,15}$/.test(id)).map(Number);
  return [group ?? null, handler ?? null, type ?? null, chosen ?? null];
}
