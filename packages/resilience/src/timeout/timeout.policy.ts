import { type Clock } from '@rookery/common';
import { type EventSink } from '../events/event-sink.js';
import { type Execution, type Next, type Policy } from '../pipeline/policy.js';
import { TimeoutError, type TimeoutScope } from './timeout.error.js';

/**
 * Limits how long the rest of the pipeline may take, by its own limit or the caller's deadline, whichever comes first.
 *
 * On time-out the signal below it aborts with the `TimeoutError`, and the caller gets the error at once, whether or
 * not the work listens to the signal. The work's own later outcome goes nowhere.
 */
export class TimeoutPolicy implements Policy {
  constructor(
    private readonly name: string,
    private readonly scope: 'total' | 'attempt',
    private readonly limitMs: number,
    private readonly clock: Clock,
    private readonly events: EventSink,
  ) {}

  // One promise, one controller and one timer by hand: AbortSignal.any() and AbortSignal.timeout() cost three times as much.
  execute(execution: Execution, next: Next): Promise<unknown> {
    const now = this.clock.monotonic();
    const deadline = Math.min(execution.deadline, now + this.limitMs);
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
        reject(reason);
      };
      const onAbort = () => abort(parent?.reason);
      // Not a background timer: a call in progress is work, and the process waits for it or for its time-out.
      const timer = this.clock.schedule(deadline - now, () =>
        abort(this.#expired(deadline - now, deadline < now + this.limitMs ? 'deadline' : this.scope)),
      );
      parent?.addEventListener('abort', onAbort, { once: true });
      execution.commitment?.onceMade(() => timer.cancel());
      next(below(execution, controller.signal, deadline)).then(
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
    this.events.next({ type: 'timeout', policy: this.name, scope, timeoutMs });
    return new TimeoutError(this.name, timeoutMs, scope);
  }
}

/** A stream outlives the limit, which ends with its first value; the calls it makes later must not find it expired. */
function below(execution: Execution, signal: AbortSignal, deadline: number): Execution {
  return execution.commitment ? { ...execution, signal } : { ...execution, signal, deadline };
}
