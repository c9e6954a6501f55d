import { type Clock } from '@rookery/common';
import { LeaseLostError } from '../errors/lease-lost.error.js';
import { type ServiceInstance } from '../instance/service-instance.js';
import { latest } from '../registry/latest.js';
import { type Lease, type RegistryBackend, type Snapshot } from '../registry/registry-backend.js';
import { Shelf } from './shelf.js';

/** A registry inside one process. Registries that share one object see each other's instances. */
export class MemoryBackend implements RegistryBackend {
  readonly description = 'memory';
  readonly reach = 'process';
  #revision = 0;
  readonly #shelves = new Map<string, Shelf>();

  constructor(private readonly clock: Clock) {}

  async register(instance: ServiceInstance, ttlMs: number): Promise<Lease> {
    const { service, id } = instance;
    const shelf = this.#shelf(service);
    const entry = shelf.put(id, instance, ttlMs);
    const extend = () => {
      const holder = shelf.get(id);
      if (holder !== undefined && holder !== entry) throw new LeaseLostError(service, id, 'taken');
      if (holder === undefined || !shelf.lives(entry)) throw new LeaseLostError(service, id, 'expired');
      entry.expiresAt = this.clock.monotonic() + ttlMs;
    };
    return {
      renew: async () => extend(),
      update: async (changed) => {
        extend();
        entry.instance = changed;
        shelf.changed();
      },
      release: async () => {
        if (shelf.get(id) === entry) shelf.remove(id);
      },
    };
  }

  async list(service: string): Promise<Snapshot> {
    return this.#snapshot(this.#shelves.get(service));
  }

  async services(): Promise<readonly string[]> {
    return [...this.#shelves].filter(([, shelf]) => shelf.living().length > 0).map(([service]) => service);
  }

  watch(service: string, signal: AbortSignal): AsyncIterable<Snapshot> {
    const shelf = this.#shelf(service);
    return latest<Snapshot>(({ push }) => {
      const show = () => push(this.#snapshot(shelf));
      show();
      return shelf.watch(show);
    }, signal);
  }

  async cleanup(): Promise<number> {
    return [...this.#shelves.values()].reduce((removed, shelf) => removed + shelf.removeDead(0), 0);
  }

  #shelf(service: string): Shelf {
    const shelf = this.#shelves.get(service) ?? new Shelf(this.clock);
    this.#shelves.set(service, shelf);
    return shelf;
  }

  #snapshot(shelf: Shelf | undefined): Snapshot {
    const instances = (shelf?.living() ?? []).map(({ instance }) => instance);
    return { revision: ++this.#revision, instances };
  }
}
