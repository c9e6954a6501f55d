import { type PolicyParts } from '../pipeline/policy-parts.js';
import { SlidingCounters } from '../window/sliding-counters.js';
import { type RetryBudget } from './retry-budget.js';
import { type RetryBudgetSettings } from './retry-budget.options.js';

/** What a retry costs. A call earns a thousand times its percentage, so that sums stay whole and nothing is rounded away. */
const COST = 100_000;
const PERCENT = COST / 100;

/** How long a call's earnings count, as in Finagle. */
const WINDOW_MS = 10_000;
const SLICES = 10;

/**
 * Retries are paid from what the calls of the last ten seconds earned. When everything fails, the load grows by the ratio
 * and the floor and no further, however many attempts the retries would make; that keeps an overload from feeding itself.
 *
 * Algorithm: `RetryBudget` over a leaky `TokenBucket` of Twitter's Finagle. What was taken out leaves the window after ten
 * seconds, too, and so the floor fills up again.
 */
export class SlidingRetryBudget implements RetryBudget {
  /** One counter: what was earned, less what was taken out. */
  readonly #balance: SlidingCounters;
  #deposit!: number;
  #floor!: number;

  constructor(settings: RetryBudgetSettings, { clock }: PolicyParts) {
    this.#balance = new SlidingCounters(1, { sizeMs: WINDOW_MS, slices: SLICES }, clock);
    this.reconfigure(settings);
  }

  deposit(): void {
    this.#balance.advance().add(0, this.#deposit);
  }

  withdraw(): boolean {
    const balance = this.#balance.advance().totals[0] as number;
    if (balance + this.#floor < COST) return false;
    this.#balance.add(0, -COST);
    return true;
  }

  /** What was earned and taken out so far stays. */
  reconfigure({ ratio, minPerSecond }: RetryBudgetSettings): void {
    this.#deposit = Math.round(ratio * PERCENT);
    this.#floor = Math.round(minPerSecond * (WINDOW_MS / 1_000) * COST);
  }
}
