import { type Execution, type Next } from '../pipeline/policy.js';
import { type PolicyParts } from '../pipeline/policy-parts.js';
import { LimitedCall, type Limits } from './limited-call.js';
import { TimeoutError, type TimeoutScope } from './timeout.error.js';
import { type TimeoutSettings } from './timeout.options.js';
import { type TimerQueue } from './timer-queue.js';

/** Runs calls under a limit, or under the deadline of their caller where that comes first. */
export class CallLimit {
  readonly #limits: Limits;

  /** @param queue Times the calls that have all of the limit. Without one, each call has a timer of its own. */
  constructor(
    private readonly name: string,
    private readonly settings: TimeoutSettings,
    private readonly parts: PolicyParts,
    private readonly queue?: TimerQueue,
  ) {
    const { clock } = parts;
    this.#limits = {
      clock,
      mode: settings.mode,
      expired: ({ left: { scope, startedAt, deadline } }: LimitedCall) =>
        this.#expired(scope === 'deadline' ? deadline - startedAt : settings.limitMs, scope, deadline),
    };
  }

  // By hand, because AbortSignal.any() and AbortSignal.timeout() cost three times as much.
  run(execution: Execution, next: Next): Promise<unknown> {
    const startedAt = this.parts.clock.monotonic();
    const own = startedAt + this.settings.limitMs;
    const ours = own <= execution.deadline;
    const deadline = ours ? own : execution.deadline;
    if (deadline <= startedAt) return Promise.reject(this.#expired(0, 'deadline', deadline));
    if (execution.signal?.aborted) return Promise.reject(execution.signal.reason);
    const scope = ours ? this.settings.scope : 'deadline';
    const queue = ours ? this.queue : undefined;
    return new LimitedCall(this.#limits, execution, { startedAt, deadline, scope, queue }).run(next);
  }

  #expired(timeoutMs: number, scope: TimeoutScope, deadline: number): TimeoutError {
    this.parts.events.next({ type: 'timeout', policy: this.name, scope, timeoutMs });
    return new TimeoutError(this.name, timeoutMs, scope, deadline);
  }
}
