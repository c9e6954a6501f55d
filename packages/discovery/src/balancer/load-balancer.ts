import { checkOptions, isRookeryError, systemClock, systemRandom } from '@rookery/common';
import { type SignOfLife, signOfLife } from '../ejection/sign-of-life.js';
import { NoInstancesError } from '../errors/no-instances.error.js';
import { randomId } from '../instance/random-id.js';
import { type ServiceInstance } from '../instance/service-instance.js';
import { type ServiceRegistry } from '../registry/service-registry.js';
import { BalancerEvents, type BalancerListener } from './balancer-events.js';
import { type BalancerReport } from './balancer-report.js';
import { type BalancerSources, createBalancer } from './create-balancer.js';
import { type InstanceBalancer, type Picked, type PickOptions } from './instance-balancer.js';
import {
  balancingOf,
  type LoadBalancerOptions,
  loadBalancerOptionsCheck,
  requireZones,
} from './load-balancer.options.js';
import { DEFAULT_STRATEGY } from './strategies.js';

/** What may be replaced in a balancer. */
export interface LoadBalancerParts {
  /** How one is asked for a sign of life that leaves calls unanswered. Default: over a socket, where its host is an address. */
  readonly signOfLife?: SignOfLife;
}

/** Chooses an instance for each call to a service, from what the registry lists. */
export class LoadBalancer {
  readonly #balancers = new Map<string, InstanceBalancer>();
  readonly #events = new BalancerEvents();
  readonly #options: LoadBalancerOptions;
  readonly #sources: BalancerSources;

  constructor(
    private readonly registry: ServiceRegistry,
    options: LoadBalancerOptions = {},
    parts: LoadBalancerParts = {},
  ) {
    this.#options = checkOptions('LoadBalancer', loadBalancerOptionsCheck, options);
    requireZones('LoadBalancer', this.#options);
    const { clock = systemClock, random = systemRandom, zone, caller = randomId(random) } = this.#options;
    const { emit } = this.#events;
    this.#sources = {
      clock,
      random,
      zone,
      caller,
      signOfLife: parts.signOfLife ?? signOfLife(),
      listener: {
        ejected: (instance, reason, forMs) => emit({ type: 'instance-ejected', instance, reason, forMs }),
        restored: (instance) => emit({ type: 'instance-restored', instance }),
      },
    };
  }

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

  /**
   * Like `pick`, at once: it knows only what is in memory, so somebody has to have discovered the service or to watch it.
   * For callers that cannot wait, such as the picker of a gRPC channel. Throws a `NoInstancesError`.
   */
  pickKnown(service: string, options?: PickOptions): Picked {
    const listed = this.registry.snapshot(service)?.instances ?? [];
    if (listed.length === 0) throw new NoInstancesError(service);
    return this.#balancer(service).pick(listed, options);
  }

  /** Calls the listener when an instance is put out for failing, or let in again; returns the function that ends it. */
  onEvent(listener: BalancerListener): () => void {
    return this.#events.listen(listener);
  }

  /** What this caller knows of the services that it has called, read from memory. */
  status(): readonly BalancerReport[] {
    return [...this.#balancers].map(([service, balancer]) => {
      const { strategy = DEFAULT_STRATEGY } = balancingOf(service, this.#options);
      const { panicking, instances } = balancer.report();
      return { service, strategy, panicking, instances };
    });
  }

  /** Asks nobody for a sign of life any more. Calls can still be made. */
  close(): void {
    for (const balancer of this.#balancers.values()) balancer.close();
  }

  /** Nest calls it when the app stops, after its servers have closed. */
  onApplicationShutdown(): void {
    this.close();
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
      balancer = createBalancer(service, balancingOf(service, this.#options), this.#sources);
      this.#balancers.set(service, balancer);
    }
    return balancer;
  }
}
