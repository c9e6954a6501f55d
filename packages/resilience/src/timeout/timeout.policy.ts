import { type Execution, type Next, type Policy } from '../pipeline/policy.js';
import { type PolicyParts } from '../pipeline/policy-parts.js';
import { LimitedCall } from './limited-call.js';
import { TimeoutError, type TimeoutScope } from './timeout.error.js';
import { type TimeoutSettings } from './timeout.options.js';
import { TimerQueue } from './timer-queue.js';

/**
 * Limits how long the rest of the pipeline may take, by its own limit or the caller's deadline, whichever comes first.
 *
 * On time-out the signal below it aborts with the `TimeoutError`. In a race the caller gets the error at once, whether
 * or not the work listens to the signal, and the work's own later outcome goes nowhere; a cooperative caller waits for
 * the work to end.
 */
export class TimeoutPolicy implements Policy {
  readonly #limits;

  constructor(
    private readonly name: string,
    private readonly settings: TimeoutSettings,
    private readonly parts: PolicyParts,
  ) {
    const { clock } = parts;
    const { limitMs, mode, scope } = settings;
    this.#limits = {
      clock,
      mode,
      queue: new TimerQueue(limitMs, clock),
      expired: ({ startedAt, deadline, ownLimit }: LimitedCall) =>
        this.#expired(ownLimit ? limitMs : deadline - startedAt, ownLimit ? scope : 'deadline'),
    };
  }

  // By hand, because AbortSignal.any() and AbortSignal.timeout() cost three times as much.
  execute(execution: Execution, next: Next): Promise<unknown> {
    const now = this.parts.clock.monotonic();
    const own = now + this.settings.limitMs;
    const deadline = Math.min(execution.deadline, own);
    if (deadline <= now) return Promise.reject(this.#expired(0, 'deadline'));
    if (execution.signal?.aborted) return Promise.reject(execution.signal.reason);
    return new LimitedCall(this.#limits, execution, now, deadline, deadline === own).run(next);
  }

  #expired(timeoutMs: number, scope: TimeoutScope): TimeoutError {
    this.parts.events.next({ type: 'timeout', policy: this.name, scope, timeoutMs });
    return new TimeoutError(this.name, timeoutMs, scope);
  }
}
