import { type Random } from '@rookery/common';
import { type BalancingAlgorithm, type Candidate } from './balancing-algorithm.js';

/**
 * Whoever has the fewest calls running for its weight; among equals any, so that an idle service is not always called
 * at the same place. It looks at all of them, so a pick takes longer the more there are.
 */
export function leastConnections(random: Random): BalancingAlgorithm {
  return {
    pick(candidates) {
      let [chosen] = candidates;
      let fewest = Infinity;
      let equals = 0;
      for (const candidate of candidates) {
        const load = loadOf(candidate);
        if (load > fewest) continue;
        equals = load === fewest ? equals + 1 : 1;
        fewest = load;
        // The n-th of several equals takes the place of the one before with probability 1 / n: each is as likely.
        if (equals === 1 || random() * equals < 1) chosen = candidate;
      }
      return chosen;
    },
  };
}

function loadOf({ weight, stats }: Candidate): number {
  return (stats.pending + 1) / weight;
}
