import { DatabaseSync } from 'node:sqlite';
import { type OnApplicationShutdown } from '@nestjs/common';
import { type Order } from '@demo/contracts';

/** An order with the address its confirmation goes to. */
export interface StoredOrder {
  readonly order: Order;
  readonly email: string;
}

/** The orders, in one SQLite file that every replica opens. */
export class OrderStore implements OnApplicationShutdown {
  readonly #db: DatabaseSync;

  constructor(file: string) {
    this.#db = new DatabaseSync(file, { timeout: 5_000 });
    this.#db.exec(`
      PRAGMA journal_mode = WAL;
      CREATE TABLE IF NOT EXISTS orders (
        id TEXT PRIMARY KEY, body TEXT NOT NULL, email TEXT NOT NULL,
        announced INTEGER NOT NULL DEFAULT 0, confirmed INTEGER NOT NULL DEFAULT 0
      );
      CREATE INDEX IF NOT EXISTS unannounced_orders ON orders (announced) WHERE announced = 0;
    `);
  }

  add(order: Order, email: string): void {
    this.#db
      .prepare('INSERT INTO orders (id, body, email) VALUES (?, ?, ?)')
      .run(order.id, JSON.stringify(order), email);
  }

  find(id: string): (Order & { confirmed: boolean }) | undefined {
    const row = this.#db.prepare('SELECT body, confirmed FROM orders WHERE id = ?').get(id);
    return row && { ...(JSON.parse(String(row['body'])) as Order), confirmed: row['confirmed'] === 1 };
  }

  /** Orders that are stored but whose messages may not have been published. */
  unannounced(): StoredOrder[] {
    const rows = this.#db.prepare('SELECT body, email FROM orders WHERE announced = 0').all();
    return rows.map((row) => ({
      order: JSON.parse(String(row['body'])) as Order,
      email: String(row['email']),
    }));
  }

  markAnnounced(id: string): void {
    this.#db.prepare('UPDATE orders SET announced = 1 WHERE id = ?').run(id);
  }

  markConfirmed(id: string): void {
    this.#db.prepare('UPDATE orders SET confirmed = 1 WHERE id = ?').run(id);
  }

  onApplicationShutdown(): void {
    this.#db.close();
  }
}
