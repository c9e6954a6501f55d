import { type Clock } from '@rookery/common';
import {
  IgnoredEntries,
  latest,
  type Lease,
  type RegistryBackend,
  type ServiceInstance,
  type Sink,
  type Snapshot,
} from '@rookery/discovery';
import { type NatsLink } from '../connection/nats-link.js';
import { readEntries } from '../connection/read-entries.js';
import { serverTime } from '../connection/server-time.js';
import { NatsUnavailableError } from '../errors/nats-unavailable.error.js';
import { ALL_KEYS, keysOf } from './lease-keys.js';
import { NatsLease } from './nats-lease.js';
import { ServiceMirror } from './service-mirror.js';
import { ServiceWatch } from './service-watch.js';

/** What a backend is made with. */
export interface NatsBackendParts {
  readonly link: NatsLink;
  readonly clock: Clock;
  /** The stream in which the bucket keeps its entries. */
  readonly stream: string;
  readonly description: string;
}

interface Followed {
  readonly mirror: ServiceMirror;
  watches: number;
}

/** A registry in a key-value bucket of NATS, for every host that reaches the servers. */
export class NatsBackend implements RegistryBackend {
  readonly reach = 'network';
  readonly description: string;
  readonly #followed = new Map<string, Followed>();
  #revision = 0;
  readonly #ignored: IgnoredEntries;
  #watchesLost = 0;

  constructor(private readonly parts: NatsBackendParts) {
    this.description = parts.description;
    this.#ignored = new IgnoredEntries(parts.description);
  }

  /** Opens the bucket once, to be told now what no later try changes: a wrong password, or no JetStream. */
  async open(): Promise<void> {
    try {
      await this.parts.link.run(new AbortController().signal, ({ bucket }) => bucket.status());
    } catch (error) {
      if (error instanceof NatsUnavailableError && !error.retryable) throw error;
    }
  }

  async register(instance: ServiceInstance, ttlMs: number, signal: AbortSignal): Promise<Lease> {
    signal.throwIfAborted();
    const lease = new NatsLease(this.parts.link, instance, ttlMs);
    await lease.take(signal);
    return lease;
  }

  async list(service: string, signal: AbortSignal): Promise<Snapshot> {
    const mirror = this.#followed.get(service)?.mirror ?? this.#newMirror();
    await this.#read(keysOf(service), mirror, signal);
    return this.#show(mirror);
  }

  async services(signal: AbortSignal): Promise<readonly string[]> {
    const mirror = this.#newMirror();
    await this.#read(ALL_KEYS, mirror, signal);
    return [...new Set(mirror.living().map(({ service }) => service))];
  }

  watch(service: string, signal: AbortSignal): AsyncIterable<Snapshot> {
    return latest<Snapshot>((sink) => this.#follow(service, sink), signal);
  }

  async cleanup(signal: AbortSignal): Promise<number> {
    const { link } = this.parts;
    const mirror = this.#newMirror();
    const free = link.hold();
    try {
      await this.#read(ALL_KEYS, mirror, signal);
      const removals = mirror.dead().map(({ key, revision }) =>
        link.run(
          signal,
          async ({ bucket }) => {
            await bucket.delete(key, { previousSeq: revision });
            return true;
          },
          // Its owner has come back in the meantime.
          (error) => (isRefused(error) ? false : undefined),
        ),
      );
      return (await Promise.all(removals)).filter(Boolean).length;
    } finally {
      free();
    }
  }

  counters(): Readonly<Record<string, number>> {
    return { ignoredEntries: this.#ignored.count, watchesLost: this.#watchesLost };
  }

  #newMirror(): ServiceMirror {
    return new ServiceMirror(this.parts.clock, (key) => this.#ignored.add(key));
  }

  async #read(keys: string, mirror: ServiceMirror, signal: AbortSignal): Promise<void> {
    const { link, stream } = this.parts;
    const { entries, now } = await link.run(signal, async (session) => {
      // Asked first, so that nothing looks older than it is. What was written since is new.
      const time = await serverTime(session.manager, stream);
      return { entries: await readEntries(session, stream, keys), now: time };
    });
    for (const entry of entries) mirror.see(entry, Math.max(0, now - entry.created.getTime()));
  }

  #show(mirror: ServiceMirror): Snapshot {
    return { revision: (this.#revision += 1), instances: mirror.living() };
  }

  #follow(service: string, { push, fail }: Sink<Snapshot>): () => Promise<void> {
    const { link, clock } = this.parts;
    const followed = this.#followed.get(service) ?? { mirror: this.#newMirror(), watches: 0 };
    const { mirror } = followed;
    this.#followed.set(service, followed);
    followed.watches += 1;
    let lost = false;
    const watch = new ServiceWatch(
      {
        link,
        clock,
        service,
        mirror,
        read: (signal) => this.#read(keysOf(service), mirror, signal),
        show: () => this.#show(mirror),
      },
      {
        push,
        fail: (error) => {
          if (!lost) this.#watchesLost += 1;
          lost = true;
          // A server that has lost its store counts anew: whoever watches again starts with nothing.
          this.#forget(service, followed);
          fail(error);
        },
      },
    );
    return async () => {
      followed.watches -= 1;
      if (followed.watches === 0) this.#forget(service, followed);
      await watch.stop();
    };
  }

  #forget(service: string, followed: Followed): void {
    if (this.#followed.get(service) === followed) this.#followed.delete(service);
  }
}

function isRefused(error: unknown): boolean {
  return error instanceof Error && error.name === 'JetStreamApiError';
}
