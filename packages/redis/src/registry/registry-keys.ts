/** The names of everything that a registry keeps in Redis. */
export class RegistryKeys {
  /** The names of the services, each with the time at which its last lease ends. */
  readonly services: string;
  readonly #prefix: string;

  constructor(readonly namespace: string) {
    // The braces keep all keys of a namespace on one node, should they ever be on a cluster.
    this.#prefix = `rookery:{${namespace}}:registry:`;
    this.services = `${this.#prefix}services`;
  }

  /** The ids of a service's instances, each with the time at which its lease ends. */
  index(service: string): string {
    return `${this.#prefix}index:${service}`;
  }

  /** A text that is another one after each change of the service. */
  stamp(service: string): string {
    return `${this.#prefix}stamp:${service}`;
  }

  /** The channel on which changes of the service are told. */
  channel(service: string): string {
    return `${this.#prefix}changes:${service}`;
  }

  /** What an instance's entry begins with; its id follows. */
  entries(service: string): string {
    return `${this.#prefix}entry:${service}:`;
  }

  /** The keys that every script about one instance gets. */
  of(service: string, id: string): string[] {
    return [this.entries(service) + id, ...this.ofService(service)];
  }

  /** The keys that every script about one service gets. */
  ofService(service: string): string[] {
    return [this.index(service), this.stamp(service), this.services];
  }
}
