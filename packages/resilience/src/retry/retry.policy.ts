import { type Backoff, createBackoff, sleep } from '@rookery/common';
import { ask } from '../errors/ask.js';
import { kindOf } from '../outcome/outcome.js';
import { type Execution, type Next, type Policy } from '../pipeline/policy.js';
import { type PolicyParts } from '../pipeline/policy-parts.js';
import { type RetrySettings } from './retry.options.js';

/**
 * Tries a failed call again after a growing pause. What it gives up with is the last attempt's own error, so that a
 * caller's `catch` works the same with and without it.
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
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await next(attempt === 1 ? execution : { ...execution, attempt: execution.attempts.next() });
      } catch (error) {
        if (!this.#mayRetry(error, attempt, execution)) throw error;
        const delayMs = this.#backoff(attempt);
        // The next attempt could not even start in time: the caller learns the real reason now, not a time-out later.
        if (this.parts.clock.monotonic() + delayMs >= execution.deadline) throw error;
        execution.options.onRetry?.(error, attempt, delayMs);
        this.parts.events.next({ type: 'retry', policy: this.name, attempt, delayMs, error });
        await sleep(this.parts.clock, delayMs, execution.signal);
      }
    }
  }

  #mayRetry(error: unknown, attempt: number, { caller, signal, commitment, options }: Execution): boolean {
    if (attempt >= this.settings.attempts || signal?.aborted || commitment?.made) return false;
    if (kindOf(error, caller) !== 'failure') return false;
    return [this.settings.retryIf, options.retryIf].every(
      (retryIf) => !retryIf || ask(this.name, 'retry.retryIf', retryIf, error, attempt),
    );
  }
}
