import { runInFreshContext } from '../context/call-context.js';
import { type Clock } from './clock.js';

/** Work that runs again and again until it is stopped. */
export interface Repetition {
  /** Runs the work now instead of at its next turn. A turn that is already running is followed by one more. */
  wake(): void;
  /** No further turn starts. Resolves when the running one, if any, has ended. */
  stop(): Promise<void>;
}

/**
 * Runs `work` every `intervalMs` milliseconds, one turn at a time: the interval starts when a turn has ended, so slow
 * work never piles up. The first turn comes after one interval; call `wake()` for one at once. A turn that throws goes
 * to `onError` and does not end the repetition. It is a background task: it does not keep the process alive.
 */
export function repeat(
  clock: Clock,
  intervalMs: number,
  work: () => unknown,
  onError: (error: unknown) => void,
): Repetition {
  // Whoever starts it may be a request; the turns are none of its.
  const later = (ms: number) => runInFreshContext({}, () => clock.schedule(ms, turn, { background: true }));
  let next = later(intervalMs);
  let running: Promise<void> | undefined;
  let again = false;
  let stopped = false;

  function turn(): void {
    running = runOnce().finally(() => {
      running = undefined;
      if (stopped) return;
      next = later(again ? 0 : intervalMs);
      again = false;
    });
  }

  async function runOnce(): Promise<void> {
    try {
      await work();
    } catch (error) {
      onError(error);
    }
  }

  return {
    wake() {
      if (stopped) return;
      if (running) {
        again = true;
        return;
      }
      next.cancel();
      runInFreshContext({}, turn);
    },
    async stop() {
      stopped = true;
      next.cancel();
      await running;
    },
  };
}
