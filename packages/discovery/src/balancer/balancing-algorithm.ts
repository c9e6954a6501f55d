import { type ServiceInstance } from '../instance/service-instance.js';
import { type InstanceStats } from './instance-stats.js';

/** An instance that a call may go to. */
export interface Candidate {
  readonly instance: ServiceInstance;
  readonly stats: InstanceStats;
}

/** At least one candidate. */
export type Candidates = readonly [Candidate, ...Candidate[]];

/** Chooses who gets a call. One object serves one service, so it may remember what it chose. */
export interface BalancingAlgorithm {
  /** @param now The steady clock, in milliseconds: read once for each call, because reading it costs. */
  pick(candidates: Candidates, now: number): Candidate;
}
