import { randomUUID } from 'node:crypto';
import { type Lease, LeaseLostError, type ServiceInstance, writeInstance } from '@rookery/discovery';
import { type Script } from '../connection/script.js';
import { type RedisLink } from '../connection/redis-link.js';
import { type RegistryKeys } from './registry-keys.js';
import { REGISTER, RELEASE, RENEW } from './scripts.js';

/** Only renews: no instance is written. */
const UNCHANGED = '';

const NEVER = new AbortController().signal;

/**
 * The owner's side of an entry. Its token tells whose an entry is when an id is registered again; the server compares
 * and writes in one step, so two owners never both believe that they have it.
 */
export class RedisLease implements Lease {
  readonly #token = randomUUID();
  readonly #free: () => void;
  #sent = false;

  constructor(
    private readonly link: RedisLink,
    private readonly keys: RegistryKeys,
    private readonly instance: ServiceInstance,
    private readonly ttlMs: number,
  ) {
    // As long as the lease lasts the connection stays: a beat must not have to open one.
    this.#free = link.hold();
  }

  /** Registers the instance, whoever held the id before. */
  async take(signal: AbortSignal): Promise<void> {
    try {
      await this.#run(REGISTER, signal, writeInstance(this.instance));
    } catch (error) {
      this.#abandon();
      throw error;
    }
  }

  renew(signal: AbortSignal): Promise<void> {
    return this.#extend(signal, UNCHANGED);
  }

  update(instance: ServiceInstance, signal: AbortSignal): Promise<void> {
    return this.#extend(signal, writeInstance(instance));
  }

  async release(signal: AbortSignal): Promise<void> {
    try {
      await this.#run(RELEASE, signal, UNCHANGED);
    } finally {
      this.#free();
    }
  }

  async #extend(signal: AbortSignal, record: string): Promise<void> {
    const answer = await this.#run(RENEW, signal, record);
    if (answer !== 'expired' && answer !== 'taken') return;
    this.#free();
    throw new LeaseLostError(this.instance.service, this.instance.id, answer);
  }

  /** The answer stayed out, but the instance may be registered all the same, and nobody would ever end that. */
  #abandon(): void {
    const undone = this.#sent ? this.#run(RELEASE, NEVER, UNCHANGED) : Promise.resolve();
    undone
      .catch(() => {
        // It ends with its time to live.
      })
      .finally(this.#free);
  }

  #run(script: Script, signal: AbortSignal, record: string): Promise<unknown> {
    const { service, id } = this.instance;
    return this.link.run(signal, (redis) => {
      this.#sent = true;
      return script.run(redis, this.keys.of(service, id), [
        this.#token,
        this.ttlMs,
        id,
        service,
        this.keys.channel(service),
        randomUUID(),
        record,
      ]);
    });
  }
}
