import fc from 'fast-check';
import { VirtualClock } from '@rookery/common/testing';
import { PRIORITIES } from '../pipeline/priority.js';
import { ThrottleWindow } from './throttle-window.js';

/** Two minutes in slices of five seconds. */
function counting() {
  const clock = new VirtualClock();
  return { clock, window: new ThrottleWindow(120_000, clock) };
}

describe('ThrottleWindow', () => {
  it('counts requests by priority, and what was accepted of all', () => {
    const { window } = counting();
    window.record('low', false);
    window.record('normal', true);
    window.record('normal', false);
    window.record('critical', true);
    expect(window.counts).toEqual({ requests: [1, 2, 0, 1], accepts: 2 });
  });

  it('forgets a slice when it is as old as the window', async () => {
    const { clock, window } = counting();
    window.record('high', true);
    await clock.advance(5_000);
    window.record('low', true);
    await clock.advance(114_999);
    expect(window.counts).toEqual({ requests: [1, 0, 1, 0], accepts: 2 });
    await clock.advance(1);
    expect(window.counts).toEqual({ requests: [1, 0, 0, 0], accepts: 1 });
    await clock.advance(5_000);
    expect(window.counts).toEqual({ requests: [0, 0, 0, 0], accepts: 0 });
  });

  it('is empty after a long idle time, and works on', async () => {
    const { clock, window } = counting();
    for (let slice = 0; slice < 24; slice += 1) {
      window.record('normal', true);
      await clock.advance(5_000);
    }
    await clock.advance(3_600_000);
    expect(window.counts).toEqual({ requests: [0, 0, 0, 0], accepts: 0 });
    window.record('normal', false);
    expect(window.counts).toEqual({ requests: [0, 1, 0, 0], accepts: 0 });
    expect(clock.pending).toBe(0);
  });

  it('has what a list of all requests would have', async () => {
    const step = fc.record({
      wait: fc.nat(30_000),
      priority: fc.constantFrom(...PRIORITIES),
      accepted: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { size: 'max', maxLength: 60 }), async (steps) => {
        const { clock, window } = counting();
        const all: { slice: number; priority: string; accepted: boolean }[] = [];
        for (const { wait, priority, accepted } of steps) {
          await clock.advance(wait);
          const slice = Math.floor(clock.monotonic() / 5_000);
          window.record(priority, accepted);
          all.push({ slice, priority, accepted });
          const within = all.filter((one) => one.slice > slice - 24);
          expect(window.counts).toEqual({
            requests: PRIORITIES.map((of) => within.filter((one) => one.priority === of).length),
            accepts: within.filter((one) => one.accepted).length,
          });
        }
      }),
      { numRuns: 30 },
    );
  });
});
