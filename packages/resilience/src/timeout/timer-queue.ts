import { AsyncResource } from 'node:async_hooks';
import { type Clock, type ScheduledTask } from '@rookery/common';

/** The timer serves many callers: it must not keep the context of the one who happened to arm it. */
const outside = new AsyncResource('RookeryTimerQueue', { requireManualDestroy: true });

/** One wait in a queue. The queue keeps its place in it. */
export abstract class QueuedWait {
  /** When it is over, on the monotonic clock. */
  at = 0;
  before: QueuedWait | undefined;
  after: QueuedWait | undefined;
  waiting = false;

  abstract timeIsUp(): void;
}

/**
 * Many waits of one length, which therefore end in the order in which they began: a list and a single timer for its
 * head. A timer for each call would cost a third of a guarded call. The timer is not taken back when the last wait
 * ends early, because the next call would need it again; it then fires once, finds nothing, and does not keep the
 * process alive meanwhile.
 */
export class TimerQueue {
  #first: QueuedWait | undefined;
  #last: QueuedWait | undefined;
  #timer: ScheduledTask | undefined;

  constructor(
    private readonly lengthMs: number,
    private readonly clock: Clock,
  ) {}

  /** Begins a wait; `now` is the time on the monotonic clock. */
  enter(wait: QueuedWait, now: number): void {
    wait.at = now + this.lengthMs;
    wait.waiting = true;
    wait.before = this.#last;
    if (this.#last) this.#last.after = wait;
    else this.#first = wait;
    this.#last = wait;
    if (!this.#timer) this.#arm(this.lengthMs);
    else if (this.#first === wait) this.#timer.keepAlive?.(true);
  }

  /** Ends a wait early. Does nothing when it is over. */
  leave(wait: QueuedWait): void {
    if (!wait.waiting) return;
    this.#unlink(wait);
    if (!this.#first) this.#timer?.keepAlive?.(false);
  }

  #arm(delayMs: number): void {
    this.#timer = outside.runInAsyncScope(() => this.clock.schedule(delayMs, () => this.#fire()));
  }

  #fire(): void {
    const now = this.clock.monotonic();
    for (let wait = this.#first; wait && wait.at <= now; wait = this.#first) {
      this.#unlink(wait);
      wait.timeIsUp();
    }
    this.#timer = undefined;
    if (this.#first) this.#arm(this.#first.at - now);
  }

  #unlink(wait: QueuedWait): void {
    const { before, after } = wait;
    if (before) before.after = after;
    else this.#first = after;
    if (after) after.before = before;
    else this.#last = before;
    wait.before = wait.after = undefined;
    wait.waiting = false;
  }
}
