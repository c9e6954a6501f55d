import { VirtualClock } from '@rookery/common/testing';
import fc from 'fast-check';
import { createCallWindow } from './call-window.js';

const outcome = { failed: fc.boolean(), slow: fc.boolean() };

interface Outcome {
  readonly failed: boolean;
  readonly slow: boolean;
}

function countsOf(held: readonly Outcome[]) {
  return {
    calls: held.length,
    failures: held.filter(({ failed }) => failed).length,
    slow: held.filter(({ slow }) => slow).length,
  };
}

describe('count window', () => {
  it('holds the last calls only, for any sequence', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.record(outcome), { size: 'max', maxLength: 60 }),
        (size, calls) => {
          const window = createCallWindow({ type: 'count', size }, new VirtualClock());
          for (const { failed, slow } of calls) window.record(failed, slow);
          expect(window.counts).toEqual(countsOf(calls.slice(-size)));
        },
      ),
    );
  });

  it('starts again with nothing after it was cleared', () => {
    const window = createCallWindow({ type: 'count', size: 3 }, new VirtualClock());
    for (let n = 0; n < 2; n += 1) window.record(true, true);
    window.clear();
    expect(window.counts).toEqual({ calls: 0, failures: 0, slow: 0 });
    for (let n = 0; n < 4; n += 1) window.record(n === 0, false);
    expect(window.counts).toEqual({ calls: 3, failures: 0, slow: 0 });
  });
});

describe('time window', () => {
  it('holds the calls of the current tenth and the nine before it, for any sequence', async () => {
    const step = fc.record({ ...outcome, wait: fc.constantFrom(0, 30, 100, 350, 1_000, 5_000) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { size: 'max', maxLength: 40 }), async (steps) => {
        const clock = new VirtualClock();
        const window = createCallWindow({ type: 'time', size: '1s' }, clock);
        const calls: (Outcome & { at: number })[] = [];
        for (const { failed, slow, wait } of steps) {
          window.record(failed, slow);
          calls.push({ at: clock.monotonic(), failed, slow });
          await clock.advance(wait);
        }
        const tenth = (at: number) => Math.floor(at / 100);
        const held = calls.filter(({ at }) => tenth(clock.monotonic()) - tenth(at) < 10);
        expect(window.counts).toEqual(countsOf(held));
      }),
      { numRuns: 50 },
    );
  });

  it('is empty after it was cleared', async () => {
    const clock = new VirtualClock();
    const window = createCallWindow({ type: 'time', size: '1s' }, clock);
    window.record(true, true);
    window.clear();
    expect(window.counts).toEqual({ calls: 0, failures: 0, slow: 0 });
    await clock.advance(1_000);
    expect(window.counts).toEqual({ calls: 0, failures: 0, slow: 0 });
  });
});
