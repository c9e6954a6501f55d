import fc from 'fast-check';
import { seededRandom } from '@rookery/common/testing';
import { sampleInstance } from '../testing/sample-instance.js';
import { type BalancingAlgorithm, type Candidate, type Candidates } from './balancing-algorithm.js';
import { InstanceStats } from './instance-stats.js';
import { createAlgorithm } from './strategies.js';
import { TurnQueue } from './turn-queue.js';

function candidates(...weights: number[]): Candidates {
  return weights.map((weight, at) => ({
    instance: sampleInstance({ id: `i${at}` }),
    stats: new InstanceStats(),
    weight,
  })) as unknown as Candidates;
}

function counts(algorithm: BalancingAlgorithm, list: Candidates, picks: number): number[] {
  const found = new Map<Candidate, number>(list.map((candidate) => [candidate, 0]));
  for (let pick = 0; pick < picks; pick += 1) {
    const chosen = algorithm.pick(list, 0, {});
    found.set(chosen, (found.get(chosen) ?? 0) + 1);
  }
  return [...found.values()];
}

describe('the queue of turns', () => {
  it('gives everybody its share, however many there are and wherever one looks', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1, maxLength: 40, size: 'max' }),
        fc.integer({ min: 0, max: 100 }),
        fc.integer(),
        (weights, skipped, seed) => {
          const list = candidates(...weights);
          const queue = new TurnQueue(list, seededRandom(seed));
          for (let turn = 0; turn < skipped; turn += 1) queue.next();
          const round = weights.reduce((sum, weight) => sum + weight, 0);
          const found = new Map<Candidate, number>();
          for (let turn = 0; turn < round; turn += 1) {
            const next = queue.next();
            found.set(next, (found.get(next) ?? 0) + 1);
          }
          // Within any stretch of one round, the rounding of the first turn makes one more or less.
          for (const candidate of list)
            expect(Math.abs((found.get(candidate) ?? 0) - candidate.weight)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });

  it('spreads the turns of the heavy one among those of the others', () => {
    const list = candidates(4, 1, 1);
    const queue = new TurnQueue(list, () => 0.5);
    const turns = Array.from({ length: 12 }, () => queue.next().instance.id);
    expect(turns.filter((id) => id === 'i0')).toHaveLength(8);
    expect(turns.join('')).not.toContain('i0i0i0i0i0');
    expect(turns.slice(0, 6)).toContain('i1');
    expect(turns.slice(0, 6)).toContain('i2');
  });

  it('starts anywhere', () => {
    const starts = new Set<string>();
    for (let seed = 0; seed < 40; seed += 1)
      starts.add(new TurnQueue(candidates(2, 1, 1), seededRandom(seed)).next().instance.id);
    expect(starts.size).toBe(3);
  });
});

describe('round robin', () => {
  it.each(['round-robin', 'weighted-round-robin'] as const)('under the name %s minds weights', (name) => {
    const list = candidates(5, 1, 2);
    const [heavy = 0, light = 0, middle = 0] = counts(createAlgorithm(name, seededRandom(2)), list, 800);
    for (const [count, share] of [
      [heavy, 500],
      [light, 100],
      [middle, 200],
    ] as const)
      expect(Math.abs(count - share)).toBeLessThanOrEqual(1);
  });

  it('goes on where it was when another list came in between, as for a second try', () => {
    const algorithm = createAlgorithm('round-robin', seededRandom(2));
    const list = candidates(3, 1);
    let heavy = 0;
    for (let pick = 0; pick < 400; pick += 1) {
      if (algorithm.pick(list, 0, {}) === list[0]) heavy += 1;
      algorithm.pick(candidates(1, 2), 0, {});
    }
    expect(Math.abs(heavy - 300)).toBeLessThanOrEqual(1);
  });
});

describe('random', () => {
  it('minds weights', () => {
    const found = counts(createAlgorithm('random', seededRandom(4)), candidates(1, 6, 1, 2), 10_000);
    for (const [at, share] of [1_000, 6_000, 1_000, 2_000].entries())
      expect(Math.abs((found[at] ?? 0) - share)).toBeLessThan(200);
  });

  it('finds the first and the last at the ends of what can be drawn', () => {
    const list = candidates(1, 2, 3);
    const at = (drawn: number) => createAlgorithm('random', () => drawn).pick(list, 0, {}).instance.id;
    expect([at(0), at(0.166), at(0.167), at(0.499), at(0.501), at(0.999_999)]).toEqual([
      'i0',
      'i0',
      'i1',
      'i1',
      'i2',
      'i2',
    ]);
  });
});

describe('least connections', () => {
  it('takes any of several equals, each as often', () => {
    const found = counts(
      createAlgorithm('least-connections', seededRandom(4)),
      candidates(1, 1, 1, 1),
      4_000,
    );
    for (const count of found) expect(Math.abs(count - 1_000)).toBeLessThan(130);
  });
});
