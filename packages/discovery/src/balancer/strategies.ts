import { type Random } from '@rookery/common';
import { type BalancingAlgorithm } from './balancing-algorithm.js';
import { leastConnections } from './least-connections.js';
import { p2cPeakEwma } from './p2c.js';
import { randomChoice } from './random-choice.js';
import { roundRobin } from './round-robin.js';

/** How the instance for a call is chosen. `p2c` and `least-connections` mind the weights. */
export type LoadBalanceStrategy = 'p2c' | 'round-robin' | 'random' | 'least-connections';

export const DEFAULT_STRATEGY: LoadBalanceStrategy = 'p2c';

const ALGORITHMS: Record<LoadBalanceStrategy, (random: Random) => BalancingAlgorithm> = {
  p2c: p2cPeakEwma,
  'round-robin': roundRobin,
  random: randomChoice,
  'least-connections': leastConnections,
};

export const STRATEGIES = Object.keys(ALGORITHMS) as readonly LoadBalanceStrategy[];

export function createAlgorithm(strategy: LoadBalanceStrategy, random: Random): BalancingAlgorithm {
  return ALGORITHMS[strategy](random);
}
