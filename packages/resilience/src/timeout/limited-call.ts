import { AsyncResource } from 'node:async_hooks';
import { type Clock, type ScheduledTask } from '@rookery/common';
import { type AbortScope } from '../pipeline/abort-scope.js';
import { type Execution, type Next } from '../pipeline/policy.js';
import { TimeoutError, type TimeoutScope } from './timeout.error.js';
import { type TimeoutMode } from './timeout.options.js';
import { QueuedWait, type TimerQueue } from './timer-queue.js';

/** What a call under a limit needs of whoever limits it. */
export interface Limits {
  readonly clock: Clock;
  readonly mode: TimeoutMode;
  /** Makes the error of a call whose time is up, and reports it. */
  expired(call: LimitedCall): TimeoutError;
}

/** Until when a call may take, and by whose limit. */
export interface TimeLeft {
  /** On the monotonic clock. */
  readonly startedAt: number;
  readonly deadline: number;
  readonly scope: TimeoutScope;
  /** The queue of the policy, for a call that has all of the policy's limit. */
  readonly queue: TimerQueue | undefined;
}

const MANUAL = { requireManualDestroy: true } as const;

/** One call on its way through a timeout: it ends by itself, by the time, or by the abort of its caller. */
export class LimitedCall extends QueuedWait implements AbortScope {
  onAbort: (() => void) | undefined;
  readonly #controller = new AbortController();
  /** The queue's timer belongs to nobody; what the time-out sets off happens in the context of the call. */
  readonly #context = new AsyncResource('RookeryTimeout', MANUAL);
  #settleEarly: ((reason: unknown) => void) | undefined;
  #timer: ScheduledTask | undefined;

  constructor(
    private readonly limits: Limits,
    private readonly execution: Execution,
    readonly left: TimeLeft,
  ) {
    super();
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  run(next: Next): Promise<unknown> {
    const { limits, execution } = this;
    const { queue, startedAt, deadline } = this.left;
    if (queue) queue.enter(this, startedAt);
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
          reject(this.#isOurs(error) ? limits.expired(this) : error);
        },
      );
    });
  }

  timeIsUp(): void {
    this.#context.runInAsyncScope(() => this.#abort(this.limits.expired(this)));
  }

  /** The caller's signal aborted. */
  handleEvent(): void {
    this.#abort(this.execution.signal?.reason);
  }

  /** A limit further inside was cut to what this one left, and its timer came first: it is this limit that ran out. */
  #isOurs(error: unknown): boolean {
    const { scope, deadline } = this.left;
    return (
      scope !== 'deadline' &&
      error instanceof TimeoutError &&
      error.scope === 'deadline' &&
      error.deadline === deadline
    );
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
    if (this.left.queue) this.left.queue.leave(this);
    else this.#timer?.cancel();
  }

  /** A stream outlives the limit, which ends with its first value; the calls it makes later must not find it expired. */
  #below(): Execution {
    const { execution, signal } = this;
    const below = { ...execution, signal, scope: this, cooperative: this.limits.mode === 'cooperative' };
    const { deadline } = this.left;
    if (!execution.commitment) return { ...below, deadline };
    return { ...below, firstValueBy: Math.min(deadline, execution.firstValueBy ?? Infinity) };
  }
}
