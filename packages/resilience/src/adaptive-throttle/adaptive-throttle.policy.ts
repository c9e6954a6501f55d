import { rejection } from '../events/rejection.js';
import { isClientError } from '../outcome/client-error.js';
import { kindOf } from '../outcome/outcome.js';
import { type Execution, type Next, type Policy } from '../pipeline/policy.js';
import { type PolicyParts } from '../pipeline/policy-parts.js';
import { type Priority } from '../pipeline/priority.js';
import { priorityOf } from '../waiting/priority-of.js';
import { type AdaptiveThrottleSettings } from './adaptive-throttle.options.js';
import { rejectionRate } from './rejection-rate.js';
import { ThrottleWindow } from './throttle-window.js';
import { ThrottledError } from './throttled.error.js';

/**
 * Turns calls away with a probability that grows with the part of the last calls that failed: the client-side throttling
 * of Google's Site Reliability Engineering, chapter 21. A service that refuses a request has done much of the work for
 * it; with many clients, only they can keep it from doing nothing else.
 */
export class AdaptiveThrottlePolicy implements Policy {
  #window: ThrottleWindow;

  constructor(
    private readonly name: string,
    private settings: AdaptiveThrottleSettings,
    private readonly parts: PolicyParts,
  ) {
    this.#window = new ThrottleWindow(settings.windowMs, parts.clock);
  }

  async execute(execution: Execution, next: Next): Promise<unknown> {
    const { caller, commitment } = execution;
    const { priority: declared } = this.settings;
    const priority = priorityOf(execution, this.name, 'adaptiveThrottle.priority', declared);
    this.#turnAway(priority);
    // A stream was accepted with its first value; it may go on for hours, and how it ends is another matter.
    // An attempt that had failed before has been counted, and the value is that of a later one.
    let ended = false;
    commitment?.onceMade(() => {
      if (!ended) this.#window.record(priority, true);
    });
    try {
      const result = await next(execution);
      if (!commitment?.made) this.#window.record(priority, true);
      return result;
    } catch (error) {
      if (!commitment?.made) this.#recordError(priority, error, caller);
      throw error;
    } finally {
      ended = true;
    }
  }

  /** What was counted stays, unless it was counted for a window of another size. */
  reconfigure(settings: AdaptiveThrottleSettings): void {
    if (settings.windowMs !== this.settings.windowMs) {
      this.#window = new ThrottleWindow(settings.windowMs, this.parts.clock);
    }
    this.settings = settings;
  }

  /** A service that says that the request was wrong has accepted it. A caller who left says nothing about the service. */
  #recordError(priority: Priority, error: unknown, caller: AbortSignal | undefined): void {
    const kind = kindOf(error, caller);
    if (kind === 'failure') this.#window.record(priority, false);
    else if (kind === 'ignored' && isClientError(error)) this.#window.record(priority, true);
  }

  #turnAway(priority: Priority): void {
    const rate = rejectionRate(this.#window.counts, priority, this.settings);
    if (rate === 0 || this.parts.random() >= rate) return;
    // It counts as well: the rate is by what was asked for, not by what was let through.
    this.#window.record(priority, false);
    throw rejection(this.parts.events, this.name, () => new ThrottledError(this.name, rate));
  }
}
