import { type ServiceInstance } from '../instance/service-instance.js';
import { type EjectionReason } from '../ejection/standing.js';
import { type Candidate } from './balancing-algorithm.js';
import { type LoadBalanceStrategy } from './strategies.js';

/** What a caller knows of one instance from its own calls. */
export interface InstanceReport {
  readonly instance: ServiceInstance;
  /** Calls that have not ended yet. */
  readonly pending: number;
  /** What its answers take at present, failures counted as slow; unset before the first one. */
  readonly costMs?: number;
  /** How busy it says it is, from 0 to 1; 0 for one that says nothing. */
  readonly utilization: number;
  /** Set while it is left out: why, and in how long it is tried again. */
  readonly ejected?: { readonly reason: EjectionReason; readonly retryInMs: number };
}

/** What a caller knows of a service. */
export interface BalancerReport {
  readonly service: string;
  readonly strategy: LoadBalanceStrategy;
  /** Too few instances are healthy, so that the ejected are called as well. */
  readonly panicking: boolean;
  readonly instances: readonly InstanceReport[];
}

export function reportInstance({ instance, stats }: Candidate, now: number): InstanceReport {
  const state = stats.standing?.state;
  return {
    instance,
    pending: stats.pending,
    utilization: stats.utilization(now),
    ...(stats.measured && { costMs: stats.cost(now) }),
    ...(state?.kind === 'out' && {
      ejected: { reason: state.reason, retryInMs: Math.max(0, state.retryAt - now) },
    }),
  };
}
