import { type Random } from '@rookery/common';
import { type BalancingAlgorithm, type Candidate } from './balancing-algorithm.js';

/**
 * Whoever has the fewest calls running for its weight; among equals any, so that an idle service is not always called
 * at the same place.
 */
export function leastConnections(random: Random): BalancingAlgorithm {
  return {
    pick(candidates) {
      const fewest = Math.min(...candidates.map(load));
      const equals = candidates.filter((candidate) => load(candidate) === fewest);
      return equals[Math.floor(random() * equals.length)] ?? candidates[0];
    },
  };
}

function load({ instance, stats }: Candidate): number {
  return (stats.pending + 1) / instance.weight;
}
