import { type ServiceInstance } from '../instance/service-instance.js';
import { type InstanceStats } from './instance-stats.js';

/** An instance that a call may go to. */
export interface Candidate {
  readonly instance: ServiceInstance;
  readonly stats: InstanceStats;
  /** Its share of calls relative to the others: the instance's own weight, less while it is starting. */
  readonly weight: number;
}

/**
 * At least one candidate. A list is never changed in place, and the same list comes again with the next call while
 * nothing has changed, so an algorithm may keep what it has made of one in a `WeakMap`.
 */
export type Candidates = readonly [Candidate, ...Candidate[]];

/** What an algorithm may want to know about the call. */
export interface CallFacts {
  /** Calls with the same key belong together. */
  readonly key?: string | undefined;
  /** Ids of instances that were tried already for this call. Set for a second try only. */
  readonly exclude?: ReadonlySet<string> | undefined;
}

/** Chooses who gets a call. One object serves one service, so it may remember what it chose. */
export interface BalancingAlgorithm {
  /** @param now The steady clock, in milliseconds: read once for each call, because reading it costs. */
  pick(candidates: Candidates, now: number, call: CallFacts): Candidate;
  /**
   * Whether the call may be used to find out if an instance works again that was put out. Left out: any call may; an
   * algorithm by which a call belongs to an instance says no when it belongs to another one.
   */
  mayTry?(candidate: Candidate, others: Candidates, now: number, call: CallFacts): boolean;
}
