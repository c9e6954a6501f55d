import { ReadOnlyRegistryError } from '../errors/read-only-registry.error.js';
import { type ServiceInstance } from '../instance/service-instance.js';
import { type Lease } from '../registry/registry-backend.js';

/** The half of a registry that is missing where instances can only be looked up. */
export abstract class ReadOnlyBackend {
  readonly readOnly = true;
  abstract readonly description: string;

  register({ service }: ServiceInstance): Promise<Lease> {
    return Promise.reject(new ReadOnlyRegistryError(this.description, service));
  }

  /** Whoever keeps the list removes the dead from it. */
  cleanup(): Promise<number> {
    return Promise.resolve(0);
  }
}
