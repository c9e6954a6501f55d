import { type Random } from '@rookery/common';
import { type BalancingAlgorithm } from './balancing-algorithm.js';
import { perList, sameWeights } from './per-list.js';
import { TurnQueue } from './turn-queue.js';

/**
 * One after the other, the heavier ones more often. It starts anywhere, so that callers that start together do not all
 * begin with the same one.
 */
export function roundRobin(random: Random): BalancingAlgorithm {
  let turn = Math.floor(random() * 2 ** 31);
  const queueOf = perList((candidates) =>
    sameWeights(candidates) ? null : new TurnQueue(candidates, random),
  );
  return {
    pick(candidates) {
      const queue = queueOf(candidates);
      if (queue) return queue.next();
      turn = (turn + 1) % Number.MAX_SAFE_INTEGER;
      return candidates[turn % candidates.length] ?? candidates[0];
    },
  };
}
