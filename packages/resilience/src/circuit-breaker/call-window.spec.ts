import { VirtualClock } from '@rookery/common/testing';
import fc from 'fast-check';
import { createCallWindow } from './call-window.js';

describe('count window', () => {
  it('holds the last calls only, for any sequence', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 20 }),
        fc.array(fc.boolean(), { size: 'max', maxLength: 60 }),
        (size, calls) => {
          const window = createCallWindow({ type: 'count', size }, new VirtualClock());
          for (const failed of calls) window.record(failed);
          const held = calls.slice(-size);
          expect(window.calls).toBe(held.length);
          expect(window.failures).toBe(held.filter(Boolean).length);
        },
      ),
    );
  });
});

describe('time window', () => {
  it('holds the calls of the current tenth and the nine before it, for any sequence', async () => {
    const step = fc.record({ failed: fc.boolean(), wait: fc.constantFrom(0, 30, 100, 350, 1_000, 5_000) });
    await fc.assert(
      fc.asyncProperty(fc.array(step, { size: 'max', maxLength: 40 }), async (steps) => {
        const clock = new VirtualClock();
        const window = createCallWindow({ type: 'time', size: '1s' }, clock);
        const calls: { at: number; failed: boolean }[] = [];
        for (const { failed, wait } of steps) {
          window.record(failed);
          calls.push({ at: clock.monotonic(), failed });
          await clock.advance(wait);
        }
        const tenth = (at: number) => Math.floor(at / 100);
        const held = calls.filter(({ at }) => tenth(clock.monotonic()) - tenth(at) < 10);
        expect(window.calls).toBe(held.length);
        expect(window.failures).toBe(held.filter(({ failed }) => failed).length);
      }),
      { numRuns: 50 },
    );
  });

  it('is empty after it was cleared', () => {
    const window = createCallWindow({ type: 'time', size: '1s' }, new VirtualClock());
    window.record(true);
    window.clear();
    expect([window.calls, window.failures]).toEqual([0, 0]);
  });
});
