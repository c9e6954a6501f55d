import { type ServiceInstance } from '../instance/service-instance.js';
import { type Lease, type Reach, type RegistryBackend, type Snapshot } from '../registry/registry-backend.js';
import { Admission } from './admission.js';
import { type AdmissionOptions, admissionRules } from './admission.options.js';
import { Gate, type Refusal } from './gate.js';

/** A registry whose lists are checked before anybody sees them. All else is passed on. */
export class AdmittingBackend implements RegistryBackend {
  readonly description: string;
  readonly reach: Reach;
  readonly readOnly: boolean;
  readonly #admission: Admission;
  readonly #gates = new Map<string, Gate>();

  constructor(
    private readonly inner: RegistryBackend,
    options: AdmissionOptions,
    private readonly tell: (refusal: Refusal) => void,
  ) {
    this.description = inner.description;
    this.reach = inner.reach;
    this.readOnly = inner.readOnly ?? false;
    this.#admission = new Admission(admissionRules(options, inner.reach));
  }

  async open(): Promise<void> {
    await this.inner.open?.();
  }

  register(instance: ServiceInstance, ttlMs: number, signal: AbortSignal): Promise<Lease> {
    return this.inner.register(instance, ttlMs, signal);
  }

  async list(service: string, signal: AbortSignal): Promise<Snapshot> {
    const snapshot = await this.inner.list(service, signal);
    return this.#gate(service).filter(snapshot);
  }

  services(signal: AbortSignal): Promise<readonly string[]> {
    return this.inner.services(signal);
  }

  async *watch(service: string, signal: AbortSignal): AsyncGenerator<Snapshot, void> {
    for await (const snapshot of this.inner.watch(service, signal))
      yield this.#gate(service).filter(snapshot);
  }

  cleanup(signal: AbortSignal): Promise<number> {
    return this.inner.cleanup(signal);
  }

  counters(): Readonly<Record<string, number>> {
    const refused = [...this.#gates.values()].reduce((sum, gate) => sum + gate.refused, 0);
    return { ...this.inner.counters?.(), refusedInstances: refused };
  }

  #gate(service: string): Gate {
    const gate = this.#gates.get(service) ?? new Gate(service, this.#admission, this.tell);
    this.#gates.set(service, gate);
    return gate;
  }
}
