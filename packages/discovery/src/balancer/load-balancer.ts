import { type Clock, isRookeryError, type Random, systemClock, systemRandom } from '@rookery/common';
import { NoInstancesError } from '../errors/no-instances.error.js';
import { type ServiceInstance } from '../instance/service-instance.js';
import { type ServiceRegistry } from '../registry/service-registry.js';
import { InstanceBalancer, type Picked, type PickOptions } from './instance-balancer.js';
import { createAlgorithm, DEFAULT_STRATEGY, type LoadBalanceStrategy } from './strategies.js';

/** One strategy for all services, or one for each; a service that is not named has the default. */
export type StrategyChoice = LoadBalanceStrategy | Readonly<Record<string, LoadBalanceStrategy>>;

export interface LoadBalancerOptions {
  /** Default `'p2c'`: the less loaded of two, by latency and running calls. */
  strategy?: StrategyChoice;
  /** Default: the system's clock. */
  clock?: Clock;
  /** Default: the system's generator. */
  random?: Random;
}

/** Chooses an instance for each call to a service, from what the registry lists. */
export class LoadBalancer {
  readonly #balancers = new Map<string, InstanceBalancer>();

  constructor(
    private readonly registry: ServiceRegistry,
    private readonly options: LoadBalancerOptions = {},
  ) {}

  /**
   * The instance for one call. It waits for the registry only on the first call to a service, and answers from memory
   * afterwards. Rejects with a `NoInstancesError` when there is nobody to call.
   */
  async pick(service: string, options?: PickOptions): Promise<Picked> {
    const listed = this.registry.snapshot(service)?.instances ?? (await this.#discover(service));
    // Nothing is kept for a name that nobody has: names may come from outside.
    if (listed.length === 0) throw new NoInstancesError(service);
    return this.#balancer(service).pick(listed, options);
  }

  async #discover(service: string): Promise<readonly ServiceInstance[]> {
    try {
      return await this.registry.discover(service);
    } catch (error) {
      // For a caller, a name that nobody has and a service that nobody runs at present are the same.
      if (isRookeryError(error, 'SERVICE_NOT_FOUND')) return [];
      throw new NoInstancesError(service, 0, { cause: error });
    }
  }

  #balancer(service: string): InstanceBalancer {
    let balancer = this.#balancers.get(service);
    if (!balancer) {
      const { clock = systemClock, random = systemRandom } = this.options;
      balancer = new InstanceBalancer(
        service,
        createAlgorithm(strategyFor(service, this.options), random),
        clock,
      );
      this.#balancers.set(service, balancer);
    }
    return balancer;
  }
}

function strategyFor(service: string, { strategy = DEFAULT_STRATEGY }: LoadBalancerOptions) {
  if (typeof strategy === 'string') return strategy;
  return (Object.hasOwn(strategy, service) ? strategy[service] : undefined) ?? DEFAULT_STRATEGY;
}
