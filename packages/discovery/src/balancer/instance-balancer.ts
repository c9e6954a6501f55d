import { type Clock } from '@rookery/common';
import { NoInstancesError } from '../errors/no-instances.error.js';
import { type ServiceInstance } from '../instance/service-instance.js';
import { type BalancingAlgorithm, type Candidate, type Candidates } from './balancing-algorithm.js';
import { type CallOutcome } from './instance-stats.js';
import { StatsBook } from './stats-book.js';

export interface PickOptions {
  /** Ids of instances that were tried already. When nobody else is left they are allowed again. */
  exclude?: ReadonlySet<string>;
}

/** Where a call goes. Whoever picked has to say how it ended, once; what comes after the first time is ignored. */
export interface Picked {
  readonly instance: ServiceInstance;
  /** How many others could be picked next that were not tried yet. */
  readonly alternatives: number;
  /** @param retryAfterMs How long the instance asked its callers to stay away, when it failed and said so. */
  done(outcome: CallOutcome, retryAfterMs?: number): void;
}

/**
 * Chooses instances of one service from lists that are given to it. It knows no registry: `LoadBalancer` feeds it from
 * one, and it can be used alone for fixed addresses.
 */
export class InstanceBalancer {
  #list: readonly ServiceInstance[] | undefined;
  #candidates: readonly Candidate[] = [];
  readonly #stats = new StatsBook();

  constructor(
    private readonly service: string,
    private readonly algorithm: BalancingAlgorithm,
    private readonly clock: Clock,
  ) {}

  /** Throws a `NoInstancesError` when the list is empty. */
  pick(instances: readonly ServiceInstance[], { exclude }: PickOptions = {}): Picked {
    const now = this.clock.monotonic();
    if (instances !== this.#list) this.#adopt(instances, now);
    const untried = exclude
      ? this.#candidates.filter(({ instance }) => !exclude.has(instance.id))
      : this.#candidates;
    const chosen = this.#choose(untried, now) ?? this.#choose(this.#candidates, now);
    if (!chosen) throw new NoInstancesError(this.service);
    return this.#send(chosen, Math.max(0, untried.length - 1), now);
  }

  #choose(candidates: readonly Candidate[], now: number): Candidate | undefined {
    return isSome(candidates) ? this.algorithm.pick(candidates, now) : undefined;
  }

  /** Lists are never changed in place, so a list that is the same object needs no second look. */
  #adopt(instances: readonly ServiceInstance[], now: number): void {
    this.#stats.list(instances, now);
    const up = instances.filter(({ status }) => status === 'up');
    // Somebody who is about to leave is still better than nobody.
    const eligible = up.length > 0 ? up : instances;
    this.#candidates = eligible.map((instance) => ({ instance, stats: this.#stats.of(instance.id, now) }));
    this.#list = instances;
  }

  #send({ instance, stats }: Candidate, alternatives: number, startedAt: number): Picked {
    let running = true;
    stats.started();
    return {
      instance,
      alternatives,
      done: (outcome, retryAfterMs) => {
        if (!running) return;
        running = false;
        const now = this.clock.monotonic();
        stats.ended(outcome, now - startedAt, now, retryAfterMs);
      },
    };
  }
}

function isSome(candidates: readonly Candidate[]): candidates is Candidates {
  return candidates.length > 0;
}
