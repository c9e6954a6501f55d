import { type Clock, messageOf, repeat, type Repetition } from '@rookery/common';
import { type ServiceRegistry } from '@rookery/discovery';
import { type MeshLog } from '../../client/mesh-log.js';

/** How often the registry is asked which services there are, in milliseconds, while somebody wants them all. */
const ASK_MS = 5_000;

/** The names of all services that are exported, for clients that ask for everything. */
export class ServiceNames {
  readonly #listeners = new Set<(names: readonly string[]) => void>();
  #names: readonly string[] = [];
  #asking: Repetition | undefined;

  /** @param only The services to export; `undefined` for all. */
  constructor(
    private readonly registry: ServiceRegistry,
    private readonly only: readonly string[] | undefined,
    private readonly clock: Clock,
    private readonly log: MeshLog,
  ) {}

  /** Whether a service may be asked for. */
  includes(service: string): boolean {
    return this.only === undefined || this.only.includes(service);
  }

  /** Calls the listener with the names, soon and whenever they change; returns the function that ends it. */
  listen(listener: (names: readonly string[]) => void): () => void {
    this.#listeners.add(listener);
    if (this.#names.length > 0) listener(this.#names);
    this.#asking ??= repeat(
      this.clock,
      ASK_MS,
      () => this.#ask(),
      (error) => this.log.warn('The services cannot be listed', { error: messageOf(error) }),
    );
    this.#asking.wake();
    return () => {
      this.#listeners.delete(listener);
      if (this.#listeners.size === 0) this.close();
    };
  }

  close(): void {
    void this.#asking?.stop();
    this.#asking = undefined;
  }

  async #ask(): Promise<void> {
    const names = [...(this.only ?? (await this.registry.services()))].sort();
    if (names.join() === this.#names.join()) return;
    this.#names = names;
    for (const listener of this.#listeners) listener(names);
  }
}
