import {
  IgnoredEntries,
  latest,
  type Lease,
  type RegistryBackend,
  type ServiceInstance,
  type Sink,
  type Snapshot,
} from '@rookery/discovery';
import { type Clock, is, passes } from '@rookery/common';
import { type RedisLink } from '../connection/redis-link.js';
import { RedisUnavailableError } from '../errors/redis-unavailable.error.js';
import { EntryReader } from './entry-reader.js';
import { parseReading, type Reading } from './entry-rows.js';
import { RedisLease } from './redis-lease.js';
import { type RegistryKeys } from './registry-keys.js';
import { CLEAN, READ } from './scripts.js';
import { ServiceWatch } from './service-watch.js';

/** What a backend is made with. */
export interface RedisBackendParts {
  readonly link: RedisLink;
  readonly keys: RegistryKeys;
  readonly clock: Clock;
  readonly sweepMs: number;
  readonly description: string;
}

/** A registry in Redis, for every host that reaches it. Redis itself forgets what is not renewed. */
export class RedisBackend implements RegistryBackend {
  readonly reach = 'network';
  readonly description: string;
  readonly #ignored: IgnoredEntries;
  readonly #reader: EntryReader;
  readonly #watched = new Map<string, number>();
  #revision = 0;
  #watchesLost = 0;

  constructor(private readonly parts: RedisBackendParts) {
    this.description = parts.description;
    this.#ignored = new IgnoredEntries(parts.description);
    this.#reader = new EntryReader((key) => this.#ignored.add(key));
  }

  /** Reads one list, to be told now what no later try changes: a wrong password, a right that is missing, a cluster. */
  async open(): Promise<void> {
    try {
      await this.list('rookery', new AbortController().signal);
    } catch (error) {
      if (error instanceof RedisUnavailableError && !error.retryable) throw error;
    }
  }

  async register(instance: ServiceInstance, ttlMs: number, signal: AbortSignal): Promise<Lease> {
    signal.throwIfAborted();
    const lease = new RedisLease(this.parts.link, this.parts.keys, instance, ttlMs);
    await lease.take(signal);
    return lease;
  }

  async list(service: string, signal: AbortSignal): Promise<Snapshot> {
    const reading = await this.#read(service, undefined, signal);
    const snapshot = this.#show(service, reading ?? NOTHING);
    if (!this.#watched.has(service)) this.#reader.forget(service);
    return snapshot;
  }

  async services(signal: AbortSignal): Promise<readonly string[]> {
    const free = this.parts.link.hold();
    try {
      const names = await this.#names(signal);
      const lists = await Promise.all(names.map((name) => this.list(name, signal)));
      return names.filter((_name, index) => (lists[index]?.instances.length ?? 0) > 0);
    } finally {
      free();
    }
  }

  watch(service: string, signal: AbortSignal): AsyncIterable<Snapshot> {
    return latest<Snapshot>((sink) => this.#follow(service, sink), signal);
  }

  async cleanup(signal: AbortSignal): Promise<number> {
    const { link, keys } = this.parts;
    const free = link.hold();
    try {
      const counts = (await this.#names(signal)).map((service) =>
        link.run(signal, (redis) =>
          CLEAN.run(redis, keys.ofService(service), [keys.entries(service), service]),
        ),
      );
      return (await Promise.all(counts)).reduce<number>((sum, count) => sum + Number(count), 0);
    } finally {
      free();
    }
  }

  counters(): Readonly<Record<string, number>> {
    return { ignoredEntries: this.#ignored.count, watchesLost: this.#watchesLost };
  }

  async #names(signal: AbortSignal): Promise<string[]> {
    const { link, keys } = this.parts;
    const names = await link.run(signal, (redis) => redis.zrange(keys.services, '0', '-1'));
    return names.filter((name) => passes(is.serviceName, name));
  }

  async #read(
    service: string,
    known: Reading | undefined,
    signal: AbortSignal,
  ): Promise<Reading | undefined> {
    const { link, keys } = this.parts;
    const { stamp, number } = known ?? NOTHING;
    const args = [stamp, number, keys.entries(service)];
    return parseReading(await link.run(signal, (redis) => READ.run(redis, keys.ofService(service), args)));
  }

  /** Answers come in the order in which the server gave them, so that a later number is a later state. */
  #show(service: string, { rows }: Reading): Snapshot {
    return { revision: (this.#revision += 1), instances: this.#reader.read(service, rows) };
  }

  #follow(service: string, { push, fail }: Sink<Snapshot>): () => Promise<void> {
    const { link, keys, clock, sweepMs } = this.parts;
    let lost = false;
    const watch = new ServiceWatch(
      {
        link,
        clock,
        sweepMs,
        channel: keys.channel(service),
        read: (known, signal) => this.#read(service, known, signal),
        show: (reading) => this.#show(service, reading),
      },
      {
        push,
        fail: (error) => {
          if (!lost) this.#watchesLost += 1;
          lost = true;
          fail(error);
        },
      },
    );
    this.#watched.set(service, (this.#watched.get(service) ?? 0) + 1);
    return async () => {
      const others = (this.#watched.get(service) ?? 1) - 1;
      if (others > 0) this.#watched.set(service, others);
      else {
        this.#watched.delete(service);
        this.#reader.forget(service);
      }
      await watch.stop();
    };
  }
}

/** What somebody knows who has read nothing yet: no service has a number of instances below zero. */
const NOTHING: Reading = { stamp: '', number: '-1', rows: [] };
