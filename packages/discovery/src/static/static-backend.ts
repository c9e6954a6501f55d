import { type ServiceInstance } from '../instance/service-instance.js';
import { latest } from '../registry/latest.js';
import { type RegistryBackend, type Snapshot } from '../registry/registry-backend.js';
import { ReadOnlyBackend } from './read-only.js';

/** A list that was given once and never changes. */
export class StaticBackend extends ReadOnlyBackend implements RegistryBackend {
  readonly description = 'a fixed list';
  readonly reach = 'process';

  constructor(private readonly instances: ReadonlyMap<string, readonly ServiceInstance[]>) {
    super();
  }

  async list(service: string): Promise<Snapshot> {
    return { revision: 1, instances: this.instances.get(service) ?? [] };
  }

  async services(): Promise<readonly string[]> {
    return [...this.instances].filter(([, list]) => list.length > 0).map(([service]) => service);
  }

  watch(service: string, signal: AbortSignal): AsyncIterable<Snapshot> {
    return latest<Snapshot>(({ push }) => {
      push({ revision: 1, instances: this.instances.get(service) ?? [] });
      return () => {};
    }, signal);
  }
}
