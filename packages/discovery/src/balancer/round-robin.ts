import { type Random } from '@rookery/common';
import { type BalancingAlgorithm } from './balancing-algorithm.js';

/** One after the other. It starts anywhere, so that callers that start together do not all begin with the same one. */
export function roundRobin(random: Random): BalancingAlgorithm {
  let turn = Math.floor(random() * 2 ** 31);
  return {
    pick(candidates) {
      turn = (turn + 1) % Number.MAX_SAFE_INTEGER;
      return candidates[turn % candidates.length] ?? candidates[0];
    },
  };
}
