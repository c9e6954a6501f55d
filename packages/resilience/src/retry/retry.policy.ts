import { type Backoff, createBackoff, sleep } from '@rookery/common';
import { ask } from '../errors/ask.js';
import { askAboutResult } from '../errors/ask-about-result.js';
import { kindOf } from '../outcome/outcome.js';
import { type Execution, type Next, type Policy } from '../pipeline/policy.js';
import { type PolicyParts } from '../pipeline/policy-parts.js';
import { askedWait } from './asked-wait.js';
import { type RetrySettings } from './retry.options.js';

/** The time until the next attempt. */
interface Pause {
  readonly delayMs: number;
  /** What the backoff alone would have waited. */
  readonly backoffMs: number;
}

/**
 * Tries a failed call again after a growing pause. What it gives up with is the last attempt's own error or result, so
 * that a caller sees the same with and without it.
 */
export class RetryPolicy implements Policy {
  readonly #backoff: Backoff;

  constructor(
    private readonly name: string,
    private readonly settings: RetrySettings,
    private readonly parts: PolicyParts,
  ) {
    this.#backoff = createBackoff(settings.backoff, parts.random);
  }

  async execute(execution: Execution, next: Next): Promise<unknown> {
    let backedOffMs = 0;
    for (let attempt = 1; ; attempt += 1) {
      let error: unknown;
      let pause: Pause | undefined;
      try {
        const result = await next(
          attempt === 1 ? execution : { ...execution, attempt: execution.attempts.next() },
        );
        if (!this.#isUnwanted(result, attempt, execution)) return result;
        pause = this.#plan(result, attempt, backedOffMs, execution);
        if (!pause) return result;
      } catch (thrown) {
        if (!this.#mayRetry(thrown, attempt, execution)) throw thrown;
        pause = this.#plan(thrown, attempt, backedOffMs, execution);
        if (!pause) throw thrown;
        error = thrown;
      }
      const { delayMs, backoffMs } = pause;
      backedOffMs += backoffMs;
      execution.options.onRetry?.(error, attempt, delayMs);
      this.parts.events.next({ type: 'retry', policy: this.name, attempt, delayMs, error });
      await sleep(this.parts.clock, delayMs, execution.signal);
    }
  }

  #mayRetry(error: unknown, attempt: number, execution: Execution): boolean {
    const { caller, options } = execution;
    if (!this.#hasMore(attempt, execution) || kindOf(error, caller) !== 'failure') return false;
    const { retryIf } = this.settings;
    return this.#agrees(retryIf, error, attempt) && this.#agrees(options.retryIf, error, attempt);
  }

  /** A stream's values have reached its reader; its end is no result that one could ask about. */
  #isUnwanted(result: unknown, attempt: number, execution: Execution): boolean {
    const { retryIfResult } = this.settings;
    if (!retryIfResult || execution.commitment || !this.#hasMore(attempt, execution)) return false;
    return askAboutResult(this.name, 'retry.retryIfResult', retryIfResult, result, attempt);
  }

  #hasMore(attempt: number, { signal, commitment }: Execution): boolean {
    return attempt < this.settings.attempts && !signal?.aborted && !commitment?.made;
  }

  #agrees(retryIf: RetrySettings['retryIf'], error: unknown, attempt: number): boolean {
    return !retryIf || ask(this.name, 'retry.retryIf', retryIf, error, attempt);
  }

  /** The pause before the next attempt; `undefined` when that would come too late, or be one too many. */
  #plan(outcome: unknown, attempt: number, backedOffMs: number, execution: Execution): Pause | undefined {
    const { clock } = this.parts;
    const { maxRetryAfterMs = Infinity } = this.settings;
    const askedMs = this.#askedWait(outcome, execution);
    // Whoever may not be waited for as long as it asks is not asked again before: it would only fail again.
    if (askedMs > maxRetryAfterMs) return undefined;
    const backoffMs = this.#backoff(attempt, backedOffMs);
    const delayMs = Math.max(backoffMs, askedMs);
    // The next attempt could not even start in time: the caller learns the real reason now, not a time-out later.
    if (clock.monotonic() + delayMs >= execution.deadline) return undefined;
    return this.#withdraw(execution) ? { delayMs, backoffMs } : undefined;
  }

  #askedWait(outcome: unknown, { options }: Execution): number {
    if (this.settings.maxRetryAfterMs === undefined || options.respectRetryAfter?.(outcome) === false)
      return 0;
    return askedWait(outcome, this.parts.clock) ?? 0;
  }

  /** Asked last, so that nothing is taken out for an attempt that is not made. */
  #withdraw({ budget }: Execution): boolean {
    if (!budget || budget.withdraw()) return true;
    const { events } = this.parts;
    if (events.observed) events.next({ type: 'retry-budget-exhausted', policy: this.name, wanted: 'retry' });
    return false;
  }
}
