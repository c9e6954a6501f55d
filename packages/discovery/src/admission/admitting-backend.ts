import { type LookupFunction } from 'node:net';
import { type AddressRefusedError } from '../errors/address-refused.error.js';
import { type ServiceInstance } from '../instance/service-instance.js';
import { type Lease, type Reach, type RegistryBackend, type Snapshot } from '../registry/registry-backend.js';
import { type AddressGuard } from './address-guard.js';
import { Admission } from './admission.js';
import { type AdmissionOptions, admissionRules } from './admission.options.js';
import { checkedLookup } from './checked-lookup.js';
import { Gate, type Refusal } from './gate.js';

/** A registry whose lists are checked before anybody sees them. All else is passed on. */
export class AdmittingBackend implements RegistryBackend {
  readonly description: string;
  readonly reach: Reach;
  readonly readOnly: boolean;
  readonly #admission: Admission;
  readonly #gates = new Map<string, Gate>();
  /** One for all services: the connections to a host are shared by those who resolve it by the same function. */
  readonly #lookup: LookupFunction;
  #refusedConnections = 0;

  constructor(
    private readonly inner: RegistryBackend,
    options: AdmissionOptions,
    private readonly guard: AddressGuard,
    private readonly tell: (refusal: Refusal) => void,
  ) {
    this.description = inner.description;
    this.reach = inner.reach;
    this.readOnly = inner.readOnly ?? false;
    this.#admission = new Admission(admissionRules(options, inner.reach));
    this.#lookup = checkedLookup(this.#admission, (error) => this.#refuseConnection(error));
  }

  async open(): Promise<void> {
    await this.inner.open?.();
  }

  register(instance: ServiceInstance, ttlMs: number, signal: AbortSignal): Promise<Lease> {
    return this.inner.register(instance, ttlMs, signal);
  }

  async list(service: string, signal: AbortSignal): Promise<Snapshot> {
    return this.#filter(service, await this.inner.list(service, signal));
  }

  services(signal: AbortSignal): Promise<readonly string[]> {
    return this.inner.services(signal);
  }

  async *watch(service: string, signal: AbortSignal): AsyncGenerator<Snapshot, void> {
    for await (const snapshot of this.inner.watch(service, signal)) yield this.#filter(service, snapshot);
  }

  cleanup(signal: AbortSignal): Promise<number> {
    return this.inner.cleanup(signal);
  }

  counters(): Readonly<Record<string, number>> {
    const refusedInstances = [...this.#gates.values()].reduce((sum, { refused }) => sum + refused, 0);
    return { ...this.inner.counters?.(), refusedInstances, refusedConnections: this.#refusedConnections };
  }

  #filter(service: string, snapshot: Snapshot): Snapshot {
    let gate = this.#gates.get(service);
    // Nothing is kept for a name that nobody has: names may come from outside.
    if (!gate && snapshot.instances.length === 0) return snapshot;
    gate ??= new Gate(
      service,
      this.#admission,
      (instance) => this.guard.admitted(instance, this.#lookup),
      this.tell,
    );
    this.#gates.set(service, gate);
    return gate.filter(snapshot);
  }

  #refuseConnection(error: AddressRefusedError): void {
    this.#refusedConnections += 1;
    for (const gate of this.#gates.values()) gate.refuseConnection(error);
  }
}
