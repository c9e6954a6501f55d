/** Something scheduled that has not run yet. */
export interface ScheduledTask {
  /** Stops the task from running. Does nothing once it ran. */
  cancel(): void;
  /** Whether the process has to wait for the task; one that is not needed may still run. Left out: it always waits. */
  keepAlive?(needed: boolean): void;
}

export interface ScheduleOptions {
  /** A background task does not keep the process alive by itself. Default `false`. */
  background?: boolean;
}

/** The time, as everything in Rookery sees it: tests replace it with a virtual one. */
export interface Clock {
  /** Wall-clock time in milliseconds since the epoch. It may jump; use it for timestamps only. */
  now(): number;
  /** Milliseconds since some fixed moment. It never goes back; use it to measure. */
  monotonic(): number;
  /** Runs `task` once, `delayMs` milliseconds from now. */
  schedule(delayMs: number, task: () => void, options?: ScheduleOptions): ScheduledTask;
}

/** The longest delay that Node's timers take; a longer one would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** A timer that fires this much later than it was due was held up by this process, not by what is waited for. */
const HELD_UP_MS = 20;

/** The real time. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  schedule(delayMs, task, options) {
    const ms = Math.min(delayMs, LONGEST_TIMER_MS);
    const due = performance.now() + ms;
    let behind: NodeJS.Immediate | undefined;
    const timer = setTimeout(() => {
      if (performance.now() - due < HELD_UP_MS) return task();
      // The event loop runs timers first. What has arrived meanwhile is read before anybody is told that it is too late.
      behind = setImmediate(task);
    }, ms);
    if (options?.background) timer.unref();
    return {
      cancel: () => {
        clearTimeout(timer);
        clearImmediate(behind);
      },
      keepAlive: (needed) => void (needed ? timer.ref() : timer.unref()),
    };
  },
};
