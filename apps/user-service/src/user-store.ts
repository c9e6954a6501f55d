import { DatabaseSync } from 'node:sqlite';
import { type OnApplicationShutdown } from '@nestjs/common';
import { type Order, type User } from '@demo/contracts';

/** The users and the orders that each of them placed, in one SQLite file that every replica opens. */
export class UserStore implements OnApplicationShutdown {
  readonly #db: DatabaseSync;

  constructor(file: string) {
    this.#db = new DatabaseSync(file, { timeout: 5_000 });
    this.#db.exec(`
      PRAGMA journal_mode = WAL;
      CREATE TABLE IF NOT EXISTS users (
        id TEXT PRIMARY KEY, name TEXT NOT NULL, email TEXT NOT NULL, announced INTEGER NOT NULL DEFAULT 0
      );
      CREATE INDEX IF NOT EXISTS unannounced_users ON users (announced) WHERE announced = 0;
      CREATE TABLE IF NOT EXISTS history (
        order_id TEXT PRIMARY KEY, user_id TEXT NOT NULL, item TEXT NOT NULL, amount INTEGER NOT NULL, placed_at TEXT NOT NULL
      );
      CREATE INDEX IF NOT EXISTS history_by_user ON history (user_id, placed_at);
    `);
  }

  add({ id, name, email }: User): void {
    this.#db.prepare('INSERT INTO users (id, name, email) VALUES (?, ?, ?)').run(id, name, email);
  }

  find(id: string): User | undefined {
    const row = this.#db.prepare('SELECT id, name, email FROM users WHERE id = ?').get(id);
    return row && toUser(row);
  }

  /** Users that are stored but whose event may not have been published. */
  unannounced(): User[] {
    return this.#db.prepare('SELECT id, name, email FROM users WHERE announced = 0').all().map(toUser);
  }

  markAnnounced(id: string): void {
    this.#db.prepare('UPDATE users SET announced = 1 WHERE id = ?').run(id);
  }

  /** Adds an order to its user's history. An event may come twice; the order counts once. */
  record({ id, userId, item, amount, placedAt }: Order): void {
    this.#db
      .prepare(
        'INSERT INTO history (order_id, user_id, item, amount, placed_at) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
      )
      .run(id, userId, item, amount, placedAt);
  }

  /** What the user's orders add up to; 0 without any. */
  spent(userId: string): number {
    const row = this.#db.prepare('SELECT sum(amount) AS total FROM history WHERE user_id = ?').get(userId);
    return Number(row?.['total'] ?? 0);
  }

  /** The user's orders, oldest first. */
  history(userId: string): Order[] {
    const rows = this.#db
      .prepare(
        'SELECT order_id, user_id, item, amount, placed_at FROM history WHERE user_id = ? ORDER BY placed_at',
      )
      .all(userId);
    return rows.map((row) => ({
      id: String(row['order_id']),
      userId: String(row['user_id']),
      item: String(row['item']),
      amount: Number(row['amount']),
      placedAt: String(row['placed_at']),
    }));
  }

  onApplicationShutdown(): void {
    this.#db.close();
  }
}

function toUser(row: Record<string, unknown>): User {
  return { id: String(row['id']), name: String(row['name']), email: String(row['email']) };
}
