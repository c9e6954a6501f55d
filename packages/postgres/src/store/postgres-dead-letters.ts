import { type DeadLetterFilter, type DeadLetterStore, type DeadRecord, type Failure } from '@rookery/events';
import { type PostgresLink } from '../connection/postgres-link.js';
import { type EventRow, toMessage } from './event-row.js';
import { type Statements } from './statements.js';

interface DeadRow extends Omit<EventRow, 'id'> {
  readonly id: number;
  readonly event: string;
  readonly grp: string;
  readonly handler: string;
  readonly attempts: number;
  readonly first_failed: number;
  readonly failure: string;
}

const LISTED = 100;

/** The dead letters of one schema. */
export class PostgresDeadLetters implements DeadLetterStore {
  constructor(
    private readonly link: PostgresLink,
    private readonly statements: Statements,
  ) {}

  async list(filter: DeadLetterFilter): Promise<DeadRecord[]> {
    const rows = await this.link.rows<DeadRow>(
      this.statements.letters,
      selection({ limit: LISTED, ...filter }),
    );
    return rows.map(toRecord);
  }

  async replay(filter: DeadLetterFilter): Promise<number> {
    const [row] = await this.link.rows<{ replayed: number }>(this.statements.replay, selection(filter));
    return row?.replayed ?? 0;
  }

  async discard(filter: DeadLetterFilter): Promise<number> {
    return this.link.run(this.statements.discard, selection(filter));
  }
}

/** Ids that are none of ours name no letter. */
function selection({ group, handler, type, ids, limit }: DeadLetterFilter): readonly unknown[] {
  const chosen = ids?.filter((id) => /^\d{1,15}$/.test(id)).map(Number);
  return [group ?? null, handler ?? null, type ?? null, chosen ?? null, limit ?? null];
}

function toRecord(row: DeadRow): DeadRecord {
  return {
    id: String(row.id),
    message: toMessage({ ...row, id: row.event }),
    group: row.grp,
    handler: row.handler,
    attempts: row.attempts,
    firstFailedAt: row.first_failed,
    failure: JSON.parse(row.failure) as Failure,
  };
}
