import { type ServiceIdentity } from '../identity/service-identity.js';
import { type ServiceState } from '../lifecycle/service-state.js';
import { type HealthRegistry } from './health-registry.js';
import { type HealthGroup, type HealthResult } from './indicator.js';

/** What the health endpoints say, from what is known already: reading a report never waits. */
export class HealthReport {
  constructor(
    private readonly registry: HealthRegistry,
    private readonly state: ServiceState,
    private readonly identity: ServiceIdentity,
  ) {}

  /** Everything, and who answers. */
  whole(): Record<string, HealthResult> {
    const { name, version, instanceId } = this.identity;
    return { service: { ...this.#lifecycle(), name, version, instanceId }, ...this.registry.results() };
  }

  /** Whether requests should come here. Not while starting or draining. */
  readiness(): Record<string, HealthResult> {
    return { service: this.#lifecycle(), ...this.#group('readiness') };
  }

  /** Whether the process works at all. A dependency that is down never shows here: a restart would not mend it. */
  liveness(): Record<string, HealthResult> {
    return this.#group('liveness');
  }

  #group(group: HealthGroup): Record<string, HealthResult> {
    return this.registry.results(group);
  }

  #lifecycle(): HealthResult {
    const state = this.state.current;
    return { status: state === 'ready' ? 'up' : 'down', state };
  }
}
