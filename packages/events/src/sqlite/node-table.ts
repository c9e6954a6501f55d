import { type ProcessIdentity, probeProcess } from '@rookery/common';
import { type Statements } from './statements.js';

interface NodeRow extends ProcessIdentity {
  readonly id: string;
}

/** The processes that may hold leases. Writing methods are called within a transaction. */
export class NodeTable {
  constructor(
    private readonly db: Statements,
    private readonly id: string,
    private readonly self: ProcessIdentity,
  ) {}

  /** Adds this process, or notes that it is still there. */
  register(now: number): void {
    const { realm, pid, started } = this.self;
    this.db.run('INSERT OR REPLACE INTO node VALUES (:id, :realm, :pid, :started, :now)', {
      id: this.id,
      realm,
      pid,
      started,
      now,
    });
  }

  /** The nodes of this host whose processes are known to have ended. */
  dead(): string[] {
    const nodes = this.db.all<NodeRow>('SELECT id, realm, pid, started FROM node WHERE realm = :realm', {
      realm: this.self.realm,
    });
    const gone = nodes.filter((node) => node.id !== this.id && probeProcess(node, this.self) === 'gone');
    return gone.map(({ id }) => id);
  }

  /** Nodes of other realms cannot be watched; those that said nothing since `before` are gone. */
  removeUnseen(before: number): void {
    this.db.run('DELETE FROM node WHERE seen < :before AND realm <> :realm', {
      before,
      realm: this.self.realm,
    });
  }

  remove(id = this.id): void {
    this.db.run('DELETE FROM node WHERE id = :id', { id });
  }
}
