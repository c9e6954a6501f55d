import { Readiness } from '@rookery/common';
import { type ServiceState } from '../lifecycle/service-state.js';
import { type HealthRegistry } from './health-registry.js';
import { type HealthReport } from './health-report.js';

/** What the readiness endpoint says, as one word and with its changes. */
export class ServiceReadiness extends Readiness {
  readonly #listeners = new Set<(ready: boolean) => void>();
  #told = false;

  constructor(
    private readonly report: HealthReport,
    registry: HealthRegistry,
    state: ServiceState,
  ) {
    super();
    state.onChange(() => this.#look());
    registry.onChange(() => this.#look());
  }

  override get ready(): boolean {
    return Object.values(this.report.readiness()).every(({ status }) => status !== 'down');
  }

  override onChange(listener: (ready: boolean) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  #look(): void {
    const { ready } = this;
    if (ready === this.#told) return;
    this.#told = ready;
    for (const listener of this.#listeners) listener(ready);
  }
}
