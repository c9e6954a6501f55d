import fc from 'fast-check';
import { createBackoff, type Jitter } from './backoff.js';

const always = (value: number) => () => value;

describe('backoff', () => {
  it('doubles from 200 ms up to 30 s by default', () => {
    const backoff = createBackoff({ jitter: 'none' }, always(0));
    expect([1, 2, 3, 8, 9, 100].map(backoff)).toEqual([200, 400, 800, 25_600, 30_000, 30_000]);
  });

  it('draws the whole pause with full jitter and its upper half with equal jitter', () => {
    expect(createBackoff({ delay: 100, jitter: 'full' }, always(0.5))(1)).toBe(50);
    expect(createBackoff({ delay: 100, jitter: 'equal' }, always(0.5))(1)).toBe(75);
  });

  it('stays finite and within its bounds for any retry number', () => {
    fc.assert(
      fc.property(
        fc.nat(10_000),
        fc.nat(5_000),
        fc.constantFrom<Jitter>('none', 'equal', 'full'),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (retry, delay, jitter, draw) => {
          const pause = createBackoff({ delay, jitter, factor: 3 }, always(draw))(retry + 1);
          expect(pause).toBeGreaterThanOrEqual(0);
          expect(pause).toBeLessThanOrEqual(30_000);
        },
      ),
    );
  });
});
