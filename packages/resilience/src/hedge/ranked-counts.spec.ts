import fc from 'fast-check';
import { RankedCounts } from './ranked-counts.js';

const bucket = fc.integer({ min: 0, max: 15 });

describe('ranked counts', () => {
  it('find each entry where a sorted list has it', () => {
    fc.assert(
      fc.property(fc.array(bucket, { minLength: 1, maxLength: 100, size: 'max' }), (entries) => {
        const counts = new RankedCounts(16);
        for (const entry of entries) counts.add(entry);
        expect(counts.total).toBe(entries.length);
        const sorted = entries.toSorted((one, other) => one - other);
        expect(sorted.map((_entry, index) => counts.find(index + 1))).toEqual(sorted);
      }),
    );
  });

  it('are as new after they were cleared', () => {
    const counts = new RankedCounts(16);
    counts.add(0);
    counts.add(15);
    counts.clear();
    expect(counts.total).toBe(0);
    counts.add(7);
    expect([counts.total, counts.find(1)]).toEqual([1, 7]);
  });
});
