import { type Execution, type Next, type Policy } from '../pipeline/policy.js';
import { type PolicyParts } from '../pipeline/policy-parts.js';
import { TimeoutError, type TimeoutScope } from './timeout.error.js';
import { type TimeoutSettings } from './timeout.options.js';

/**
 * Limits how long the rest of the pipeline may take, by its own limit or the caller's deadline, whichever comes first.
 *
 * On time-out the signal below it aborts with the `TimeoutError`. In a race the caller gets the error at once, whether
 * or not the work listens to the signal, and the work's own later outcome goes nowhere; a cooperative caller waits for
 * the work to end.
 */
export class TimeoutPolicy implements Policy {
  constructor(
    private readonly name: string,
    private readonly settings: TimeoutSettings,
    private readonly parts: PolicyParts,
  ) {}

  // One promise, one controller and one timer by hand: AbortSignal.any() and AbortSignal.timeout() cost three times as much.
  execute(execution: Execution, next: Next): Promise<unknown> {
    const { clock } = this.parts;
    const { limitMs, scope, mode } = this.settings;
    const now = clock.monotonic();
    const deadline = Math.min(execution.deadline, now + limitMs);
    if (deadline <= now) return Promise.reject(this.#expired(0, 'deadline'));
    const parent = execution.signal;
    if (parent?.aborted) return Promise.reject(parent.reason);
    return new Promise((resolve, reject) => {
      const controller = new AbortController();
      const release = () => {
        timer.cancel();
        parent?.removeEventListener('abort', onAbort);
      };
      const abort = (reason: unknown) => {
        release();
        controller.abort(reason);
        if (mode === 'race') reject(reason);
      };
      const onAbort = () => abort(parent?.reason);
      // Not a background timer: a call in progress is work, and the process waits for it or for its time-out.
      const timer = clock.schedule(deadline - now, () =>
        abort(this.#expired(deadline - now, deadline < now + limitMs ? 'deadline' : scope)),
      );
      parent?.addEventListener('abort', onAbort, { once: true });
      execution.commitment?.onceMade(() => timer.cancel());
      next(below(execution, controller.signal, deadline, mode)).then(
        (value) => {
          release();
          return resolve(value);
        },
        (error: unknown) => {
          release();
          reject(error);
        },
      );
    });
  }

  #expired(timeoutMs: number, scope: TimeoutScope): TimeoutError {
    this.parts.events.next({ type: 'timeout', policy: this.name, scope, timeoutMs });
    return new TimeoutError(this.name, timeoutMs, scope);
  }
}

/** A stream outlives the limit, which ends with its first value; the calls it makes later must not find it expired. */
function below(
  execution: Execution,
  signal: AbortSignal,
  deadline: number,
  mode: TimeoutSettings['mode'],
): Execution {
  const cooperative = mode === 'cooperative';
  return execution.commitment
    ? { ...execution, signal, cooperative }
    : { ...execution, signal, deadline, cooperative };
}
