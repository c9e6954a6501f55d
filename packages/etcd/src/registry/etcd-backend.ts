import { type Clock, type Random } from '@rookery/common';
import {
  IgnoredEntries,
  latest,
  type Lease,
  type RegistryBackend,
  type ServiceInstance,
  type Sink,
  type Snapshot,
} from '@rookery/discovery';
import { type EtcdGateway } from '../connection/etcd-gateway.js';
import { EtcdUnavailableError } from '../errors/etcd-unavailable.error.js';
import { type EntryKeys } from './entry-keys.js';
import { EntryReader } from './entry-reader.js';
import { EntryStore } from './entry-store.js';
import { EtcdLease } from './etcd-lease.js';
import { ServiceState } from './service-state.js';
import { ServiceWatch } from './service-watch.js';
import { Timeline } from './timeline.js';

/** What a backend is made with. */
export interface EtcdBackendParts {
  readonly gateway: EtcdGateway;
  readonly keys: EntryKeys;
  readonly clock: Clock;
  readonly random: Random;
  readonly idleMs: number;
  readonly description: string;
}

interface Followed {
  readonly reader: EntryReader;
  watches: number;
}

/** A registry in etcd, for every host that reaches it. etcd itself forgets what is not renewed. */
export class EtcdBackend implements RegistryBackend {
  readonly reach = 'network';
  readonly description: string;
  readonly #store: EntryStore;
  readonly #timeline = new Timeline();
  readonly #followed = new Map<string, Followed>();
  readonly #ignored: IgnoredEntries;
  #watchesLost = 0;
  #compactions = 0;

  constructor(private readonly parts: EtcdBackendParts) {
    this.description = parts.description;
    this.#ignored = new IgnoredEntries(parts.description);
    this.#store = new EntryStore(parts.gateway);
  }

  /** Reads one list, to be told now what no later try changes: a wrong password, a right that is missing. */
  async open(): Promise<void> {
    try {
      await this.list('rookery', new AbortController().signal);
    } catch (error) {
      if (error instanceof EtcdUnavailableError && !error.retryable) throw error;
    }
  }

  async register(instance: ServiceInstance, ttlMs: number, signal: AbortSignal): Promise<Lease> {
    signal.throwIfAborted();
    const key = this.parts.keys.of(instance.service, instance.id);
    const lease = new EtcdLease(this.#store, key, instance, ttlMs);
    await lease.take(signal);
    return lease;
  }

  async list(service: string, signal: AbortSignal): Promise<Snapshot> {
    const reader = this.#followed.get(service)?.reader ?? this.#newReader();
    const { state, number } = await this.#read(service, reader, signal);
    return { revision: number, instances: state.registered() };
  }

  async services(signal: AbortSignal): Promise<readonly string[]> {
    const state = new ServiceState(this.#newReader(), await this.#store.read(this.parts.keys.all, signal));
    return [...new Set(state.registered().map(({ service }) => service))];
  }

  watch(service: string, signal: AbortSignal): AsyncIterable<Snapshot> {
    return latest<Snapshot>((sink) => this.#follow(service, sink), signal);
  }

  /** Nothing is ever left of the dead: etcd takes an entry away together with the lease that it hangs on. */
  async cleanup(): Promise<number> {
    return 0;
  }

  counters(): Readonly<Record<string, number>> {
    return {
      ignoredEntries: this.#ignored.count,
      watchesLost: this.#watchesLost,
      compactions: this.#compactions,
      failovers: this.parts.gateway.failovers,
    };
  }

  #newReader(): EntryReader {
    return new EntryReader(this.parts.keys, (key) => this.#ignored.add(key));
  }

  async #read(service: string, reader: EntryReader, signal: AbortSignal) {
    const numberOf = this.#timeline.ask();
    const reading = await this.#store.read(this.parts.keys.ofService(service), signal);
    return { state: new ServiceState(reader, reading), number: numberOf(reading.revision) };
  }

  #show(state: ServiceState): Snapshot {
    return { revision: this.#timeline.at(state.revision), instances: state.registered() };
  }

  #follow(service: string, { push, fail }: Sink<Snapshot>): () => Promise<void> {
    const followed = this.#followed.get(service) ?? { reader: this.#newReader(), watches: 0 };
    this.#followed.set(service, followed);
    followed.watches += 1;
    const watch = new ServiceWatch(
      {
        ...this.parts,
        prefix: this.parts.keys.ofService(service),
        read: async (signal) => (await this.#read(service, followed.reader, signal)).state,
        show: (state) => this.#show(state),
        onCompacted: () => (this.#compactions += 1),
      },
      {
        push,
        fail: (error) => {
          this.#watchesLost += 1;
          // A cluster that was set up anew may be at any revision: whatever is heard next is newer.
          this.#timeline.skip();
          fail(error instanceof EtcdUnavailableError ? error : this.parts.gateway.failure(error));
        },
      },
    );
    return async () => {
      followed.watches -= 1;
      if (followed.watches === 0) this.#followed.delete(service);
      await watch.stop();
    };
  }
}
