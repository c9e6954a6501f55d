import { isRunning, type ProcessIdentity, thisProcess } from './process-identity.js';
import { type Statements } from './statements.js';

interface NodeRow extends ProcessIdentity {
  readonly id: string;
}

/** The processes that may hold leases. Writing methods are called within a transaction. */
export class NodeTable {
  readonly #self = thisProcess();

  constructor(
    private readonly db: Statements,
    private readonly id: string,
  ) {}

  /** Adds this process, or notes that it is still there. */
  register(now: number): void {
    const { space, pid, started } = this.#self;
    this.db.run('INSERT OR REPLACE INTO node VALUES (:id, :space, :pid, :started, :now)', {
      id: this.id,
      space,
      pid,
      started,
      now,
    });
  }

  /** The nodes of this host whose processes have ended. */
  dead(): string[] {
    const nodes = this.db.all<NodeRow>('SELECT id, space, pid, started FROM node WHERE space = :space', {
      space: this.#self.space,
    });
    return nodes.filter((node) => node.id !== this.id && !isRunning(node)).map(({ id }) => id);
  }

  /** Nodes of other containers cannot be watched; those that said nothing since `before` are gone. */
  removeUnseen(before: number): void {
    this.db.run('DELETE FROM node WHERE seen < :before AND space <> :space', {
      before,
      space: this.#self.space,
    });
  }

  remove(id = this.id): void {
    this.db.run('DELETE FROM node WHERE id = :id', { id });
  }
}
