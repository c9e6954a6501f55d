import { type Clock, type ScheduledTask } from '@rookery/common';
import { type AbortScope } from '../pipeline/abort-scope.js';
import { type Execution, type Next } from '../pipeline/policy.js';
import { type TimeoutError } from './timeout.error.js';
import { type TimeoutMode } from './timeout.options.js';
import { QueuedWait, type TimerQueue } from './timer-queue.js';

/** What a call under a limit needs of its policy. */
export interface Limits {
  readonly clock: Clock;
  readonly queue: TimerQueue;
  readonly mode: TimeoutMode;
  expired(call: LimitedCall): TimeoutError;
}

/** One call on its way through a timeout: it ends by itself, by the time, or by the abort of its caller. */
export class LimitedCall extends QueuedWait implements AbortScope {
  onAbort: (() => void) | undefined;
  readonly #controller = new AbortController();
  #settleEarly: ((reason: unknown) => void) | undefined;
  #timer: ScheduledTask | undefined;

  constructor(
    private readonly limits: Limits,
    private readonly execution: Execution,
    readonly startedAt: number,
    readonly deadline: number,
    /** Whether the limit is the policy's own, and not the shorter time that the caller has left. */
    readonly ownLimit: boolean,
  ) {
    super();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  run(next: Next): Promise<unknown> {
    const { limits, execution, startedAt, deadline } = this;
    if (this.ownLimit) limits.queue.enter(this, startedAt);
    // Not a background timer: a call in progress is work, and the process waits for it or for its time-out.
    else this.#timer = limits.clock.schedule(deadline - startedAt, () => this.timeIsUp());
    // An object that handles events is called as it is: no function for each call.
    execution.signal?.addEventListener('abort', this, { once: true });
    execution.commitment?.onceMade(() => this.#stopTimer());
    return new Promise((resolve, reject) => {
      if (limits.mode === 'race') this.#settleEarly = reject;
      next(this.#below()).then(
        (value) => {
          this.#release();
          return resolve(value);
        },
        (error: unknown) => {
          this.#release();
          reject(error);
        },
      );
    });
  }

  timeIsUp(): void {
    this.#abort(this.limits.expired(this));
  }

  /** The caller's signal aborted. */
  handleEvent(): void {
    this.#abort(this.execution.signal?.reason);
  }

  #abort(reason: unknown): void {
    this.#release();
    this.#controller.abort(reason);
    this.onAbort?.();
    this.#settleEarly?.(reason);
  }

  #release(): void {
    this.#stopTimer();
    this.execution.signal?.removeEventListener('abort', this);
  }

  #stopTimer(): void {
    if (this.ownLimit) this.limits.queue.leave(this);
    else this.#timer?.cancel();
  }

  /** A stream outlives the limit, which ends with its first value; the calls it makes later must not find it expired. */
  #below(): Execution {
    const { execution, signal } = this;
    const deadline = execution.commitment ? execution.deadline : this.deadline;
    return { ...execution, signal, deadline, scope: this, cooperative: this.limits.mode === 'cooperative' };
  }
}
