import { checkOptions, runInFreshContext } from '@rookery/common';
import { CONTROL_SERVICE } from '../control/control-service.js';
import { DuplicateInstanceError } from '../errors/duplicate-instance.error.js';
import { InstanceNotFoundError } from '../errors/instance-not-found.error.js';
import { ReadOnlyRegistryError } from '../errors/read-only-registry.error.js';
import { RegistryClosedError } from '../errors/registry-closed.error.js';
import { ServiceNotFoundError } from '../errors/service-not-found.error.js';
import { createInstance } from '../instance/create-instance.js';
import { isServiceName } from '../instance/instance-checks.js';
import { type NewInstance, type ServiceInstance } from '../instance/service-instance.js';
import { askRegistry } from './ask-registry.js';
import { Registration } from './registration.js';
import { type Snapshot } from './registry-backend.js';
import { RegistryEvents, type RegistryListener } from './registry-events.js';
import { type RegistryReport, reportRegistration, reportView } from './registry-status.js';
import {
  registryOptionsCheck,
  resolveRegistryOptions,
  type ServiceRegistryOptions,
} from './service-registry.options.js';
import { SETTLE_MS } from './settling.js';
import { ViewCache } from './view-cache.js';

/** A question that goes to the registry itself may take this long. */
const QUESTION_TIMEOUT_MS = 5_000;

/**
 * Registers instances and finds them: the face of discovery. It knows no Nest, so it can be used alone:
 * `new ServiceRegistry({ backend: memoryRegistry() })`.
 */
export class ServiceRegistry {
  readonly #settings: ReturnType<typeof resolveRegistryOptions>;
  readonly #events = new RegistryEvents();
  readonly #registrations = new Map<string, Registration>();
  readonly #views: ViewCache;
  #self: Registration | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: ServiceRegistryOptions) {
    this.#settings = resolveRegistryOptions(checkOptions('ServiceRegistry', registryOptionsCheck, options));
    this.#views = new ViewCache({
      ...this.#settings,
      doubt: this.#settings,
      emit: this.#events.emit,
    });
  }

  /** The registration of the app itself; unset when the app does not advertise itself or does not listen yet. */
  get self(): Registration | undefined {
    return this.#self;
  }

  /**
   * Registers an instance and keeps it registered until it is deregistered. Resolves when the registry has it, however
   * long that takes; rejects on an instance that is not valid or whose id is in use here.
   */
  async register(input: NewInstance): Promise<Registration> {
    const registration = this.announce(input);
    await registration.registered();
    return registration;
  }

  /** Like `register`, without waiting for the registry. */
  announce(input: NewInstance): Registration {
    this.#refuseWhenClosed();
    const instance = createInstance(input, this.#settings);
    const { service, id } = instance;
    const { backend } = this.#settings;
    // Trying again would not help, so nothing is tried.
    if (backend.readOnly) throw new ReadOnlyRegistryError(backend.description, service);
    const key = keyOf(service, id);
    if (this.#registrations.has(key)) throw new DuplicateInstanceError(service, id);
    const registration = runInFreshContext(
      {},
      () =>
        new Registration(instance, {
          ...this.#settings,
          emit: this.#events.emit,
          settleMs: SETTLE_MS[backend.reach],
          onChange: () => this.#refresh(service),
        }),
    );
    this.#registrations.set(key, registration);
    return registration;
  }

  /** Announces the instance that this app itself is; `self` is its registration. */
  announceSelf(input: NewInstance): Registration {
    this.#self = this.announce(input);
    return this.#self;
  }

  /**
   * Takes an instance that this process registered out of the registry: listed as draining first, for a quarter of a
   * second where other processes read it, and then gone for all, whether or not it still answers. Unknown:
   * `InstanceNotFoundError`.
   */
  async deregister(service: string, instanceId: string): Promise<void> {
    const registration = this.#registrations.get(keyOf(service, instanceId));
    if (!registration) throw new InstanceNotFoundError(service, instanceId, this.#ownIds(service));
    await registration.leave();
    this.#registrations.delete(keyOf(service, instanceId));
    if (this.#self === registration) this.#self = undefined;
  }

  /**
   * The living instances of a service, those that are draining among them. From the second call on it answers from
   * memory. Empty when the service has none left; `ServiceNotFoundError` when it was never seen, and when no
   * service can have the name.
   */
  async discover(service: string): Promise<readonly ServiceInstance[]> {
    this.#refuseWhenClosed();
    // Nothing is asked and nothing is kept for it, because it may be what a user has sent.
    if (!isServiceName(service)) throw new ServiceNotFoundError(service, []);
    const view = this.#views.open(service);
    const { instances } = await view.load();
    if (instances.length === 0 && !view.populated) throw await this.#notFound(service);
    return instances;
  }

  /** The newest list that is in memory; `undefined` before the first `discover`, `watch` or `pick` of the service. */
  snapshot(service: string): Snapshot | undefined {
    const view = this.#views.peek(service);
    view?.touch();
    return view?.snapshot;
  }

  /** The list of a service now and after each change, until the signal aborts or the registry is closed. */
  watch(service: string, signal: AbortSignal = NEVER): AsyncIterable<Snapshot> {
    this.#refuseWhenClosed();
    return this.#views.open(service).changes(signal);
  }

  /** The names of the services that have a living instance. */
  async services(): Promise<readonly string[]> {
    const names = await this.#ask('listing services', (signal) => this.#settings.backend.services(signal));
    return names.filter((name) => name !== CONTROL_SERVICE);
  }

  /** Removes what is left of the dead, of all services, and says how many there were. */
  cleanup(): Promise<number> {
    return this.#ask('cleaning up', (signal) => this.#settings.backend.cleanup(signal));
  }

  /** Calls the listener on each event; returns the function that ends it. */
  onEvent(listener: RegistryListener): () => void {
    return this.#events.listen(listener);
  }

  status(): RegistryReport {
    const { backend } = this.#settings;
    return {
      registry: backend.description,
      registrations: [...this.#registrations.values()].map(reportRegistration),
      watched: this.#views.all().map(reportView),
      counters: backend.counters?.() ?? {},
    };
  }

  /** Deregisters everything that was registered here and ends all watches. No timer or file is left behind. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    await Promise.all([...this.#registrations.values()].map((registration) => registration.leave()));
    await this.#views.close();
  }

  /** What this process has just changed, it sees at once. */
  async #refresh(service: string): Promise<void> {
    await this.#views
      .peek(service)
      ?.refresh()
      .catch(() => {
        // The watch brings it, or tells that the registry is lost.
      });
  }

  async #notFound(service: string): Promise<ServiceNotFoundError> {
    const known = await this.services().catch(() => []);
    return new ServiceNotFoundError(service, [...known].sort());
  }

  #ask<T>(what: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    return askRegistry(this.#settings.clock, QUESTION_TIMEOUT_MS, what, work);
  }

  #ownIds(service: string): string[] {
    const own = [...this.#registrations.values()].filter(({ instance }) => instance.service === service);
    return own.map(({ instance }) => instance.id);
  }

  #refuseWhenClosed(): void {
    if (this.#closing) throw new RegistryClosedError();
  }
}

const NEVER = new AbortController().signal;

function keyOf(service: string, id: string): string {
  return JSON.stringify([service, id]);
}
