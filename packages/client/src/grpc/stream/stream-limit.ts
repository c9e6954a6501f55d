import {
  type Clock,
  currentContext,
  type Duration,
  type ScheduledTask,
  toMilliseconds,
} from '@rookery/common';
import { TimeoutError } from '@rookery/resilience';

/** What limits a stream. */
export interface StreamLimits {
  /** What the call says. */
  readonly timeout: Duration | undefined;
  /** What holds for all calls of the method; `Infinity` for no limit. */
  readonly atMostMs: number;
  readonly signal: AbortSignal | undefined;
}

/**
 * What ends a stream from this side: its caller's signal, the time that the call was given, or what is left of its caller's
 * own deadline. Policies time the beginning of a stream only; without any of these it may go on for days.
 */
export class StreamLimit {
  /** On the monotonic clock; `Infinity` when there is none. */
  readonly deadline: number;
  readonly #controller = new AbortController();
  readonly #caller: AbortSignal | undefined;
  readonly #timer: ScheduledTask | undefined;

  /** @param policy Whose calls it limits, for the error. */
  constructor(
    clock: Clock,
    private readonly policy: string,
    { timeout, atMostMs, signal }: StreamLimits,
  ) {
    const { deadline: callers = Infinity, signal: outer } = currentContext();
    const now = clock.monotonic();
    const own = now + Math.min(atMostMs, timeout === undefined ? Infinity : toMilliseconds(timeout));
    const scope = own <= callers ? 'total' : 'deadline';
    this.deadline = Math.min(own, callers);
    this.#caller = signal ?? outer;
    if (this.#caller?.aborted) this.#controller.abort(this.#caller.reason);
    this.#caller?.addEventListener('abort', this, { once: true });
    if (this.deadline === Infinity) return;
    const leftMs = Math.max(0, this.deadline - now);
    this.#timer = clock.schedule(leftMs, () =>
      this.abort(new TimeoutError(this.policy, leftMs, scope, this.deadline)),
    );
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    this.release();
    this.#controller.abort(reason);
  }

  /** The stream has ended by itself. */
  release(): void {
    this.#timer?.cancel();
    this.#caller?.removeEventListener('abort', this);
  }

  /** The caller's signal aborted. */
  handleEvent(): void {
    this.abort(this.#caller?.reason);
  }
}
