import { type Clock, repeat, type Repetition } from '@rookery/common';
import { type ServiceInstance, type ServiceRegistry } from '@rookery/discovery';
import { type MeshLog } from '../../client/mesh-log.js';
import { type EncodedResource, type ResourceType } from '../wire/messages.js';
import { fixedResources } from './fixed-resources.js';
import { loadAssignment, type Located } from './load-assignment.js';
import { type Locate } from './locate.js';
import { type ResourceSubject } from './resource-name.js';

/**
 * Told that what is known of a name has changed.
 * @param all Whether it is known for the first time, or populated for the first time; else the endpoints alone changed.
 */
export type ChangeListener = (name: string, all: boolean) => void;

/** What an exported service is made of. */
export interface ExportParts {
  readonly registry: ServiceRegistry;
  readonly locate: Locate;
  readonly clock: Clock;
  readonly log: MeshLog;
  readonly onChange: ChangeListener;
}

/** How often host names are resolved anew, in milliseconds, as the list does not change when only DNS does. */
const RESOLVE_AGAIN_MS = 30_000;

/**
 * The resources of one name, kept as the registry has the service. A service without an instance has them as well, with
 * an empty list of endpoints: a caller of gRPC learns at once that nobody is there, where it would wait 15 s for resources
 * that are missing.
 */
export class ExportedService {
  readonly #stop = new AbortController();
  readonly #resolving: Repetition;
  readonly #fixed: ReturnType<typeof fixedResources>;
  #instances: readonly ServiceInstance[] | undefined;
  #endpoints: EncodedResource | undefined;
  #populated = false;

  constructor(
    readonly name: string,
    private readonly subject: ResourceSubject,
    private readonly parts: ExportParts,
  ) {
    this.#fixed = fixedResources(name, subject);
    this.#resolving = repeat(
      parts.clock,
      RESOLVE_AGAIN_MS,
      () => this.#update(),
      (error) => this.#warn('The endpoints of a service cannot be exported', error),
    );
    void this.#follow();
  }

  /** Whether it was ever seen with an instance. */
  get populated(): boolean {
    return this.#populated;
  }

  /** The resource of a type; `undefined` until the registry has answered. */
  resource(type: ResourceType): EncodedResource | undefined {
    if (!this.#endpoints) return undefined;
    return type === 'endpoints' ? this.#endpoints : this.#fixed[type];
  }

  close(): void {
    this.#stop.abort();
    void this.#resolving.stop();
  }

  async #follow(): Promise<void> {
    const { service, protocol } = this.subject;
    try {
      for await (const { instances } of this.parts.registry.watch(service, this.#stop.signal)) {
        this.#instances = instances.filter((instance) => instance.protocol === protocol);
        this.#resolving.wake();
      }
    } catch (error) {
      if (!this.#stop.signal.aborted) this.#warn('A service is no longer exported', error);
    }
  }

  async #update(): Promise<void> {
    const instances = this.#instances;
    if (!instances || this.#stop.signal.aborted) return;
    const located = await this.#located(instances);
    // A name that is slow to resolve must not bring back a list that has changed meanwhile.
    if (instances !== this.#instances || this.#stop.signal.aborted) return;
    this.#accept(instances, located);
  }

  #accept(instances: readonly ServiceInstance[], located: readonly Located[]): void {
    const next = loadAssignment(this.name, located);
    const news = !this.#endpoints || (!this.#populated && instances.length > 0);
    const same = this.#endpoints?.value.equals(next.value);
    this.#endpoints = next;
    this.#populated ||= instances.length > 0;
    if (news || !same) this.parts.onChange(this.name, news);
  }

  async #located(instances: readonly ServiceInstance[]): Promise<Located[]> {
    const found = await Promise.allSettled(instances.map((instance) => this.parts.locate(instance)));
    return found.flatMap((result, index) => {
      if (result.status === 'fulfilled') return [result.value];
      const { id, host } = instances[index] ?? {};
      this.#warn('An instance is left out: its host leads nowhere', result.reason, { instance: id, host });
      return [];
    });
  }

  #warn(message: string, error: unknown, facts: Readonly<Record<string, unknown>> = {}): void {
    this.parts.log.warn(message, { service: this.subject.service, ...facts, error: String(error) });
  }
}
