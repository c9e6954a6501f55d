import { type Clock } from '@rookery/common';
import { NoInstancesError } from '../errors/no-instances.error.js';
import { type ServiceInstance } from '../instance/service-instance.js';
import { type BalancingAlgorithm, type Candidate, type Candidates } from './balancing-algorithm.js';
import { type CallOutcome } from './instance-stats.js';
import { StatsBook } from './stats-book.js';

export interface PickOptions {
  /** Ids of instances that were tried already. When nobody else is left they are allowed again. */
  exclude?: ReadonlySet<string>;
  /** Which instances the call can go to at all, such as those that speak its protocol. Default: all. */
  accept?: (instance: ServiceInstance) => boolean;
}

/** Where a call goes. Whoever picked has to say how it ended, once; what comes after the first time is ignored. */
export interface Picked {
  readonly instance: ServiceInstance;
  /** How many others could be picked next that were not tried yet. */
  readonly alternatives: number;
  /** @param retryAfterMs How long the instance asked its callers to stay away, when it failed and said so. */
  readonly done: (outcome: CallOutcome, retryAfterMs?: number) => void;
}

/**
 * Chooses instances of one service from lists that are given to it. It knows no registry: `LoadBalancer` feeds it from
 * one, and it can be used alone for fixed addresses.
 */
export class InstanceBalancer {
  #list: readonly ServiceInstance[] | undefined;
  #all: readonly Candidate[] = [];
  #up: readonly Candidate[] = [];
  readonly #stats = new StatsBook();

  constructor(
    private readonly service: string,
    private readonly algorithm: BalancingAlgorithm,
    private readonly clock: Clock,
  ) {}

  /** Throws a `NoInstancesError` when there is nobody on the list that the call can go to. */
  pick(instances: readonly ServiceInstance[], { exclude, accept }: PickOptions = {}): Picked {
    const now = this.clock.monotonic();
    if (instances !== this.#list) this.#adopt(instances, now);
    const eligible = this.#eligible(accept);
    const untried = exclude ? eligible.filter(({ instance }) => !exclude.has(instance.id)) : eligible;
    const chosen = this.#choose(untried, now) ?? this.#choose(eligible, now);
    if (!chosen) throw new NoInstancesError(this.service, instances.length);
    return this.#send(chosen, Math.max(0, untried.length - 1), now);
  }

  /** Somebody who is about to leave is still better than nobody. */
  #eligible(accept: PickOptions['accept']): readonly Candidate[] {
    const up = accept ? this.#up.filter(({ instance }) => accept(instance)) : this.#up;
    if (up.length > 0) return up;
    return accept ? this.#all.filter(({ instance }) => accept(instance)) : this.#all;
  }

  #choose(candidates: readonly Candidate[], now: number): Candidate | undefined {
    return isSome(candidates) ? this.algorithm.pick(candidates, now) : undefined;
  }

  /** Lists are never changed in place, so a list that is the same object needs no second look. */
  #adopt(instances: readonly ServiceInstance[], now: number): void {
    this.#stats.list(instances, now);
    this.#all = instances.map((instance) => ({ instance, stats: this.#stats.of(instance.id) }));
    this.#up = this.#all.filter(({ instance }) => instance.status === 'up');
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
