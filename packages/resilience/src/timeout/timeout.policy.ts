import { type Execution, type Next, type Policy } from '../pipeline/policy.js';
import { type PolicyParts } from '../pipeline/policy-parts.js';
import { CallLimit } from './call-limit.js';
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
  readonly #limit: CallLimit;

  constructor(name: string, settings: TimeoutSettings, parts: PolicyParts) {
    this.#limit = new CallLimit(name, settings, parts, new TimerQueue(settings.limitMs, parts.clock));
  }

  execute(execution: Execution, next: Next): Promise<unknown> {
    return this.#limit.run(execution, next);
  }
}
