import { type Random } from '@rookery/common';
import { type BalancingAlgorithm } from './balancing-algorithm.js';

/** Any of them, each as likely as the others. */
export function randomChoice(random: Random): BalancingAlgorithm {
  return {
    pick: (candidates) => candidates[Math.floor(random() * candidates.length)] ?? candidates[0],
  };
}
