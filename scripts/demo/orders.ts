import { type Order, type User } from '@demo/contracts';

/** How one attempt to place an order ended. */
export interface Placement {
  readonly status: number;
  readonly ms: number;
  readonly order: Order | undefined;
  readonly retryAfter: string | null;
  readonly body: unknown;
}

/** Places orders as a person with curl would: plain HTTP, no retry, one order-service after the other. */
export class OrderDesk {
  readonly accepted: Order[] = [];
  readonly #addresses: readonly string[];
  #next = 0;

  constructor(addresses: readonly string[]) {
    this.#addresses = addresses;
  }

  async place(user: User, headers: Record<string, string> = {}): Promise<Placement> {
    const address = this.#addresses[this.#next++ % this.#addresses.length];
    const started = performance.now();
    const response = await fetch(`${address}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ userId: user.id, item: `item ${this.#next}`, amount: 100 + this.#next }),
    });
    const body: unknown = await response.json();
    const order = response.status === 201 ? (body as Order) : undefined;
    if (order) this.accepted.push(order);
    return {
      status: response.status,
      ms: performance.now() - started,
      order,
      retryAfter: response.headers.get('retry-after'),
      body,
    };
  }

  /**
   * Places `count` orders, one every `everyMs` milliseconds whether or not the earlier ones have been answered, so that
   * a slow answer cannot hide the load that it held up. `at` runs before the order of that number.
   */
  async load(
    users: readonly User[],
    count: number,
    everyMs: number,
    at: Record<number, () => void> = {},
  ): Promise<Placement[]> {
    const start = performance.now();
    const placements: Promise<Placement>[] = [];
    for (let n = 0; n < count; n += 1) {
      at[n]?.();
      const user = users[n % users.length];
      if (user) placements.push(this.place(user));
      const wait = start + (n + 1) * everyMs - performance.now();
      if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    }
    return Promise.all(placements);
  }
}

/** The value below which the given share of the numbers lies. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
}
