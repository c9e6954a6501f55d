import { type Random } from '@rookery/common';
import { type BalancingAlgorithm } from './balancing-algorithm.js';
import { consistentHash } from './consistent-hash.js';
import { leastConnections } from './least-connections.js';
import { p2cPeakEwma } from './p2c.js';
import { randomChoice } from './random-choice.js';
import { roundRobin } from './round-robin.js';
import { sticky } from './sticky.js';

/**
 * How the instance for a call is chosen. All mind the weights; `weighted-round-robin` is another name of `round-robin`.
 * `consistent-hash` and `sticky` go by the call's key; a call without one goes where `p2c` sends it.
 */
export type LoadBalanceStrategy =
  | 'p2c'
  | 'round-robin'
  | 'weighted-round-robin'
  | 'random'
  | 'least-connections'
  | 'consistent-hash'
  | 'sticky';

export const DEFAULT_STRATEGY: LoadBalanceStrategy = 'p2c';

const ALGORITHMS: Record<LoadBalanceStrategy, (random: Random) => BalancingAlgorithm> = {
  p2c: p2cPeakEwma,
  'round-robin': roundRobin,
  'weighted-round-robin': roundRobin,
  random: randomChoice,
  'least-connections': leastConnections,
  'consistent-hash': consistentHash,
  sticky,
};

export const STRATEGIES = Object.keys(ALGORITHMS) as readonly LoadBalanceStrategy[];

export function createAlgorithm(strategy: LoadBalanceStrategy, random: Random): BalancingAlgorithm {
  return ALGORITHMS[strategy](random);
}
