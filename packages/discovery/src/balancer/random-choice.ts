import { type Random } from '@rookery/common';
import { type BalancingAlgorithm, type Candidates } from './balancing-algorithm.js';
import { perList, sameWeights } from './per-list.js';

/** Any of them, each as likely as its weight says. */
export function randomChoice(random: Random): BalancingAlgorithm {
  const boundsOf = perList((candidates) => (sameWeights(candidates) ? NONE : runningSums(candidates)));
  return {
    pick(candidates) {
      const bounds = boundsOf(candidates);
      const at = bounds.length === 0 ? Math.floor(random() * candidates.length) : drawn(bounds, random());
      return candidates[at] ?? candidates[0];
    },
  };
}

const NONE: readonly number[] = [];

function runningSums(candidates: Candidates): number[] {
  let sum = 0;
  return candidates.map(({ weight }) => (sum += weight));
}

/** The first whose running sum is above the drawn one, found by halving. */
function drawn(bounds: readonly number[], random: number): number {
  const target = random * (bounds.at(-1) ?? 0);
  let [low, high] = [0, bounds.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((bounds[middle] ?? 0) > target) high = middle;
    else low = middle + 1;
  }
  return low;
}
