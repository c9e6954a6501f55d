import { type ServiceInstance } from '../instance/service-instance.js';
import { type Snapshot } from '../registry/registry-backend.js';
import { type Admission, type RefusalReason, type Verdict } from './admission.js';

/** An entry that was not believed. */
export interface Refusal extends Verdict {
  readonly service: string;
  /** What the entry says its id is, as JSON and cut. */
  readonly id: string;
}

/** A registry's text in a log line: printable, and no longer than this. */
const LONGEST_TEXT = 300;

/** Lets the admitted instances of one service through, and nobody else. */
export class Gate {
  readonly #verdicts = new WeakMap<ServiceInstance, Verdict | 'admitted'>();
  readonly #told = new Set<RefusalReason>();
  #inside: ReadonlySet<string> = new Set();
  #refused = 0;

  /** @param tell Called for the first refusal of each reason: a registry that is flooded must not flood the log. */
  constructor(
    private readonly service: string,
    private readonly admission: Admission,
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
    this.#inside = new Set(instances.map(({ id }) => id));
    return instances.length === snapshot.instances.length ? snapshot : { ...snapshot, instances };
  }

  #admits(entry: ServiceInstance): boolean {
    // Only an object can be remembered; anything else is refused each time.
    const known = typeof entry === 'object' && entry !== null ? this.#verdicts.get(entry) : undefined;
    if (known !== undefined) return known === 'admitted';
    const verdict = this.admission.judge(this.service, entry);
    if (typeof entry === 'object' && entry !== null) this.#verdicts.set(entry, verdict ?? 'admitted');
    if (verdict) this.#refuse(entry, verdict);
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

  #refuse(entry: Partial<ServiceInstance> | null | undefined, { reason, detail }: Verdict): void {
    this.#refused += 1;
    if (this.#told.has(reason)) return;
    this.#told.add(reason);
    const id = printable(JSON.stringify(entry?.id) ?? 'none');
    this.tell({ service: this.service, id, reason, detail: printable(detail) });
  }
}

function printable(text: string): string {
  return text.slice(0, LONGEST_TEXT).replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, '?');
}
