import { type Clock } from '@rookery/common';
import { isDeepStrictEqual } from 'node:util';
import { type OpenReason } from '../events/resilience-event.js';
import { type CallWindow, createCallWindow, type WindowCounts } from './call-window.js';
import { type CircuitBreakerSettings } from './circuit-breaker.options.js';

/** What a closed circuit remembers of its calls, and when that is enough to open it. */
export class CallTally {
  #window: CallWindow;
  #failuresInARow = 0;

  constructor(
    private settings: CircuitBreakerSettings,
    private readonly clock: Clock,
  ) {
    this.#window = createCallWindow(settings.slidingWindow, clock);
  }

  get counts(): WindowCounts {
    return this.#window.counts;
  }

  /** The threshold that is reached now, whichever call did it. */
  get reached(): OpenReason | undefined {
    return this.#reachedBy(true, true);
  }

  /**
   * Counts a call, and tells the threshold that it has reached. A call reaches only what it makes worse: a fast success
   * opens nothing, not even when it is the one that fills the window up to its minimum.
   */
  record(failed: boolean, slow: boolean): OpenReason | undefined {
    this.#window.record(failed, slow);
    this.#failuresInARow = failed ? this.#failuresInARow + 1 : 0;
    return failed || slow ? this.#reachedBy(failed, slow) : undefined;
  }

  clear(): void {
    this.#window.clear();
    this.#failuresInARow = 0;
  }

  /** Keeps what the window holds unless the window itself is another one. */
  reconfigure(settings: CircuitBreakerSettings): void {
    if (!isDeepStrictEqual(settings.slidingWindow, this.settings.slidingWindow)) {
      this.#window = createCallWindow(settings.slidingWindow, this.clock);
    }
    this.settings = settings;
  }

  #reachedBy(failed: boolean, slow: boolean): OpenReason | undefined {
    const { consecutiveFailures, minimumCalls, failureRateThreshold, slowCallRateThreshold } = this.settings;
    if (failed && consecutiveFailures !== false && this.#failuresInARow >= consecutiveFailures) {
      return 'consecutive-failures';
    }
    const counts = this.#window.counts;
    if (counts.calls < minimumCalls) return undefined;
    if (failed && isRate(counts.failures, counts.calls, failureRateThreshold)) return 'failure-rate';
    return slow && isRate(counts.slow, counts.calls, slowCallRateThreshold) ? 'slow-call-rate' : undefined;
  }
}

/** Products instead of a quotient: 57 of 100 is less than 57 percent once it is rounded. */
function isRate(part: number, calls: number, percent: number | false): boolean {
  return percent !== false && part * 100 >= percent * calls;
}
