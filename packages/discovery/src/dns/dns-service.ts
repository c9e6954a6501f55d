import { type Clock } from '@rookery/common';
import { createInstance } from '../instance/create-instance.js';
import { type ServiceInstance } from '../instance/service-instance.js';
import { type Snapshot } from '../registry/registry-backend.js';
import { idOfAddress } from '../static/address.js';
import { type DnsHostService, type DnsSettings, type DnsSrvService } from './dns.options.js';
import { type Finding, type Found, lookUpHost, lookUpSrv, type TargetMemory } from './look-up.js';
import { type NameServer } from './name-server.js';
import { toWeights } from './weights.js';

/** A name that has no instances is asked for at this pace, in milliseconds, within the bounds of the options. */
const EMPTY_INTERVAL_MS = 5_000;

/** What the services of one registry share. */
export interface DnsParts {
  readonly server: NameServer;
  readonly clock: Clock;
  readonly settings: DnsSettings;
  /** Draws the number of the next snapshot. */
  readonly nextRevision: () => number;
}

/** A list, and when the next reading of it may bring another one. */
export interface DnsReading {
  readonly snapshot: Snapshot;
  readonly nextMs: number;
}

/** One service as the name server knows it, and what has to be remembered from one answer to the next. */
export class DnsService {
  #current: Snapshot;
  #emptySince: number | undefined;
  #begun = 0;
  #applied = 0;
  #ignored = 0;
  #doubted = 0;
  readonly #memory: TargetMemory = new Map();

  constructor(
    private readonly service: string,
    private readonly place: DnsSrvService | DnsHostService,
    private readonly parts: DnsParts,
  ) {
    this.#current = { revision: parts.nextRevision(), instances: [] };
  }

  /** How many records were no instances, such as those with port 0. */
  get ignored(): number {
    return this.#ignored;
  }

  /** How many empty answers were not believed. */
  get doubted(): number {
    return this.#doubted;
  }

  /** Asks the name server. Rejects when it does not answer. */
  async read(signal: AbortSignal): Promise<DnsReading> {
    const turn = (this.#begun += 1);
    try {
      const { found, ttl } = await this.#lookUp(signal);
      // Of two readings at once the one that began later has the newer answer.
      if (turn > this.#applied) {
        this.#applied = turn;
        this.#accept(this.#instances(found));
      }
      return { snapshot: this.#current, nextMs: this.#pause(ttl) };
    } catch (error) {
      // What was not said in between is no confirmation.
      this.#emptySince = undefined;
      throw error;
    }
  }

  #lookUp(signal: AbortSignal): Promise<Finding> {
    const { place, parts } = this;
    return 'srv' in place
      ? lookUpSrv(place, parts.server, this.#memory, signal)
      : lookUpHost(place, parts.server, signal);
  }

  #instances(found: readonly Found[]): ServiceInstance[] {
    const weights = toWeights(found.map(({ weight }) => weight));
    const before = new Map(this.#current.instances.map((instance) => [instance.id, instance]));
    const instances = new Map<string, ServiceInstance>();
    found.forEach((one, index) => {
      const id = idOfAddress(one);
      const instance = this.#instance(id, one, weights[index] ?? 1, before.get(id));
      if (instance) instances.set(instance.id, instance);
      else this.#ignored += 1;
    });
    return [...instances.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** The object of the last list where nothing has changed, so that it keeps its start time. */
  #instance(
    id: string,
    { host, port }: Found,
    weight: number,
    known: ServiceInstance | undefined,
  ): ServiceInstance | undefined {
    if (known?.weight === weight) return known;
    const { clock } = this.parts;
    const { protocol = 'http' } = this.place;
    try {
      const fresh = { id, service: this.service, host, port, protocol, weight };
      const instance = createInstance(fresh, { clock, random: () => 0 });
      return known ? Object.freeze({ ...instance, startedAt: known.startedAt }) : instance;
    } catch {
      return undefined;
    }
  }

  /**
   * An empty answer is more often the name server's mistake than the end of every instance, and costs every call: it
   * is believed only when it is repeated for a while.
   */
  #accept(instances: readonly ServiceInstance[]): void {
    const { instances: before } = this.#current;
    if (instances.length === 0 && before.length > 0) {
      const now = this.parts.clock.monotonic();
      this.#emptySince ??= now;
      if (now - this.#emptySince < this.parts.settings.emptyAfterMs) {
        this.#doubted += 1;
        return;
      }
    } else this.#emptySince = undefined;
    const same = before.length === instances.length && before.every((one, index) => one === instances[index]);
    if (!same) this.#current = { revision: this.parts.nextRevision(), instances };
  }

  #pause(ttl: number | undefined): number {
    const { minIntervalMs, maxIntervalMs } = this.parts.settings;
    if (this.#emptySince !== undefined) return minIntervalMs;
    const wanted = ttl === undefined ? EMPTY_INTERVAL_MS : ttl * 1_000;
    return Math.min(Math.max(wanted, minIntervalMs), maxIntervalMs);
  }
}
