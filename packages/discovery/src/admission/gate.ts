import { type AddressRefusedError } from '../errors/address-refused.error.js';
import { type ServiceInstance } from '../instance/service-instance.js';
import { type Snapshot } from '../registry/registry-backend.js';
import { type Admission, type RefusalReason, type Verdict } from './admission.js';
import { printable } from './printable.js';

/** An entry that was not believed. */
export interface Refusal extends Verdict {
  readonly service: string;
  /** What the entry says its id is, as JSON and cut. */
  readonly id: string;
}

/** Lets the admitted instances of one service through, and nobody else. */
export class Gate {
  readonly #verdicts = new WeakMap<ServiceInstance, Verdict | 'admitted'>();
  readonly #told = new Set<RefusalReason>();
  #inside: ReadonlyMap<string, ServiceInstance> = new Map();
  #refused = 0;

  /**
   * @param admitted Called for each instance that is let in, once.
   * @param tell Called for the first refusal of each reason: a registry that is flooded must not flood the log.
   */
  constructor(
    private readonly service: string,
    private readonly admission: Admission,
    private readonly admitted: (instance: ServiceInstance) => void,
    private readonly tell: (refusal: Refusal) => void,
  ) {}

  /** How many entries were refused; one counts again when it is read anew. */
  get refused(): number {
    return this.#refused;
  }

  /** The same snapshot when everything in it is admitted, else one without the others. */
  filter(snapshot: Snapshot): Snapshot {
    const admitted = new Map<string, ServiceInstance>();
    for (const entry of snapshot.instances) {
      if (!this.#admits(entry)) continue;
      if (admitted.has(entry.id)) this.#refuse(entry, { reason: 'duplicate', detail: 'Its id is taken.' });
      else admitted.set(entry.id, entry);
    }
    const instances = this.#withoutCrowd([...admitted.values()]);
    this.#inside = new Map(instances.map((instance) => [instance.id, instance]));
    return instances.length === snapshot.instances.length ? snapshot : { ...snapshot, instances };
  }

  /** Tells that a connection was refused for the address that a name led to, if an instance of this service has that name. */
  refuseConnection({ host, message }: AddressRefusedError): void {
    const name = host.toLowerCase();
    const entry = [...this.#inside.values()].find((instance) => instance.host.toLowerCase() === name);
    if (entry) this.#tellOnce(entry, { reason: 'resolved', detail: message });
  }

  #admits(entry: ServiceInstance): boolean {
    // Only an object can be remembered; anything else is refused each time.
    const known = typeof entry === 'object' && entry !== null ? this.#verdicts.get(entry) : undefined;
    if (known !== undefined) return known === 'admitted';
    const verdict = this.admission.judge(this.service, entry);
    if (typeof entry === 'object' && entry !== null) this.#verdicts.set(entry, verdict ?? 'admitted');
    if (verdict) this.#refuse(entry, verdict);
    else this.admitted(entry);
    return verdict === undefined;
  }

  /** Those that were there before a flood stay. */
  #withoutCrowd(instances: ServiceInstance[]): ServiceInstance[] {
    const { maxInstances } = this.admission.rules;
    if (instances.length <= maxInstances) return instances;
    const old = instances.filter(({ id }) => this.#inside.has(id));
    const fresh = instances.filter(({ id }) => !this.#inside.has(id));
    const ordered = [...old, ...fresh];
    for (const entry of ordered.slice(maxInstances))
      this.#refuse(entry, { reason: 'crowd', detail: `There are more than ${maxInstances} instances.` });
    return ordered.slice(0, maxInstances);
  }

  #refuse(entry: Partial<ServiceInstance> | null | undefined, verdict: Verdict): void {
    this.#refused += 1;
    this.#tellOnce(entry, verdict);
  }

  #tellOnce(entry: Partial<ServiceInstance> | null | undefined, { reason, detail }: Verdict): void {
    if (this.#told.has(reason)) return;
    this.#told.add(reason);
    const id = printable(JSON.stringify(entry?.id) ?? 'none');
    this.tell({ service: this.service, id, reason, detail: printable(detail) });
  }
}
