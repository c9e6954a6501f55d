import { type CallOutcome } from '../balancer/instance-stats.js';

/**
 * Who is not heard of for this long while calls wait is doubted, and who does not answer a question for this long is
 * silent. Longer than a pause for garbage or a busy event loop; short enough that, with an attempt's timeout of half a
 * second, one that hangs is out within a second.
 */
export const SILENCE_MS = 250;

/**
 * Whether anything is heard of one instance. It tells a process that hangs, which accepts connections and answers none,
 * from one that is only slow with some of its calls: those who wait in vain have heard nothing at all meanwhile.
 */
export class Silence {
  #waiting = 0;
  /** Since when calls are sent and nothing is heard; unset while nobody has reason to expect anything. */
  #since: number | undefined;

  asked(now: number): void {
    this.#waiting += 1;
    this.#since ??= now;
  }

  /**
   * Notes the end of a call. When it has ended without an answer, the answer is in how many milliseconds the instance is to
   * be doubted, if nothing else is heard of it until then. A failure that comes fast was told by somebody; a slow one is a
   * timeout, or as good as one. A call that nobody waits for any longer, such as one that a hedge has overtaken, has
   * not been answered.
   */
  ended(outcome: CallOutcome, elapsedMs: number, now: number): number | undefined {
    this.#waiting -= 1;
    if (outcome !== 'success' && (outcome === 'ignored' || elapsedMs >= SILENCE_MS))
      return Math.max(0, (this.#since ??= now) + SILENCE_MS - now);
    this.heard(now);
    return undefined;
  }

  heard(now: number): void {
    this.#since = this.#waiting > 0 ? now : undefined;
  }
}
