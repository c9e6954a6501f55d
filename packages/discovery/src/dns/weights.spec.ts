import fc from 'fast-check';
import { toWeights } from './weights.js';

describe('weights of SRV records', () => {
  it('stay as they are where they fit, and are never nothing', () => {
    expect(toWeights([0, 1, 10, 1_000])).toEqual([1, 1, 10, 1_000]);
    expect(toWeights([0, 0])).toEqual([1, 1]);
    expect(toWeights([])).toEqual([]);
  });

  it('keep their proportion where they do not', () => {
    expect(toWeights([65_535, 32_768, 0])).toEqual([1_000, 500, 1]);
    const weights = fc.array(fc.integer({ min: 0, max: 65_535 }), {
      size: 'max',
      maxLength: 50,
      minLength: 1,
    });
    fc.assert(
      fc.property(weights, (given) => {
        const scale = Math.min(1, 1_000 / Math.max(1, ...given));
        toWeights(given).forEach((weight, index) => {
          expect(Number.isInteger(weight) && weight >= 1 && weight <= 1_000).toBe(true);
          expect(Math.abs(weight - (given[index] ?? 0) * scale)).toBeLessThanOrEqual(1);
        });
      }),
    );
  });
});
