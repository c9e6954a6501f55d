import { type ServiceInstance } from '../instance/service-instance.js';
import { sampleInstance } from '../testing/sample-instance.js';
import { type Candidates } from './balancing-algorithm.js';
import { InstanceStats } from './instance-stats.js';
import { p2cPeakEwma } from './p2c.js';

const COUNT = 5;

function candidates(pending: (at: number) => number): Candidates {
  const all = Array.from({ length: COUNT }, (_, at) => {
    const stats = new InstanceStats();
    stats.started();
    stats.ended('success', 10, 0);
    for (let call = 0; call < pending(at); call += 1) stats.started();
    const instance: ServiceInstance = sampleInstance({ id: `i${at}` });
    return { instance, weight: 1, stats };
  });
  return all as unknown as Candidates;
}

/** A generator that gives these numbers, and fails when more are drawn. */
function scripted(...numbers: number[]): () => number {
  return () => {
    const next = numbers.shift();
    if (next === undefined) throw new Error('one draw too many');
    return next;
  };
}

describe('the two that p2c draws', () => {
  /** Every pair of draws that makes a difference, each as likely. */
  const draws = Array.from({ length: COUNT * (COUNT - 1) }, (_, at) => [
    (Math.floor(at / (COUNT - 1)) + 0.5) / COUNT,
    ((at % (COUNT - 1)) + 0.5) / (COUNT - 1),
  ]) as [number, number][];

  it('are never the same, and every pair is as likely', () => {
    const pairs = draws.map(([first, second]) => {
      // The first one drawn is the busy one here, so the pick shows the second.
      const list = candidates((at) => (at === Math.floor(first * COUNT) ? 1 : 0));
      const { instance } = p2cPeakEwma(scripted(first, second)).pick(list, 0, {});
      return `i${Math.floor(first * COUNT)} ${instance.id}`;
    });
    expect(new Set(pairs).size).toBe(COUNT * (COUNT - 1));
    for (const pair of pairs) expect(new Set(pair.split(' ')).size).toBe(2);
  });

  it('leave nothing to the busiest, and to the others the fewer the busier they are', () => {
    const list = candidates((at) => at);
    const picks = draws.map((pair) => p2cPeakEwma(scripted(...pair)).pick(list, 0, {}).instance.id);
    const counts = Array.from({ length: COUNT }, (_, at) => picks.filter((id) => id === `i${at}`).length);
    expect(counts).toEqual([8, 6, 4, 2, 0]);
  });

  it('are equals, and the first of them is taken', () => {
    const list = candidates(() => 0);
    const picks = draws.map((pair) => p2cPeakEwma(scripted(...pair)).pick(list, 0, {}).instance.id);
    expect(picks).toEqual(draws.map(([first]) => `i${Math.floor(first * COUNT)}`));
  });

  it('were never measured, and who has fewer calls running is taken', () => {
    const list = [3, 2].map((pending, at) => {
      const stats = new InstanceStats();
      for (let call = 0; call < pending; call += 1) stats.started();
      return { instance: sampleInstance({ id: `i${at}` }), weight: 1, stats };
    }) as unknown as Candidates;
    for (const first of [0, 0.9]) {
      expect(p2cPeakEwma(scripted(first, 0)).pick(list, 0, {}).instance.id).toBe('i1');
    }
  });

  it('are not drawn when there is only one', () => {
    const [only] = candidates(() => 0);
    expect(p2cPeakEwma(scripted()).pick([only], 0, {})).toBe(only);
  });
});
