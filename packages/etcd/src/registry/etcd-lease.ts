import { randomBytes } from 'node:crypto';
import {
  type Lease,
  type LeaseLossReason,
  LeaseLostError,
  type ServiceInstance,
  writeInstance,
} from '@rookery/discovery';
import { type Entry } from './entry.js';
import { type EntryStore } from './entry-store.js';

/** Each write that is refused is one in which somebody else has succeeded: nobody is that many times too late by chance. */
const MOST_WRITES = 10;

const NEVER = new AbortController().signal;

/**
 * The owner's side of an entry: an etcd lease of its own, on which the entry's key hangs. Each write names the revision
 * that it replaces, so two owners never both believe that they have an id, and a write that was held up on its way
 * changes nothing that is newer.
 */
export class EtcdLease implements Lease {
  /** Chosen here, so that a lease can be ended whose making was never answered. */
  readonly #id = newLeaseId();
  #revision = 0;
  #released = false;

  constructor(
    private readonly store: EntryStore,
    private readonly key: string,
    private readonly instance: ServiceInstance,
    private readonly ttlMs: number,
  ) {}

  /** Registers the instance, whoever held the id before. */
  async take(signal: AbortSignal): Promise<void> {
    try {
      await this.store.grant(this.#id, Math.ceil(this.ttlMs / 1_000), signal);
      await this.#write(this.instance, signal, (held) => held?.revision ?? 0);
    } catch (error) {
      // The answer stayed out, but the instance may be registered all the same, and nobody would ever end that.
      this.store.revoke(this.#id, NEVER).catch(() => {
        // It ends with its time to live.
      });
      throw error;
    }
  }

  async renew(signal: AbortSignal): Promise<void> {
    await this.#beat(signal, async () => this.#check(await this.store.get(this.key, signal)));
  }

  async update(instance: ServiceInstance, signal: AbortSignal): Promise<void> {
    // What is found in the way is an earlier write that has arrived, and its answer has not.
    const work = () => this.#write(instance, signal, (held) => this.#check(held).revision);
    await this.#beat(signal, work);
  }

  async release(signal: AbortSignal): Promise<void> {
    // Whoever has taken the id has hung the key on another lease, so this ends nobody else's.
    await this.store.revoke(this.#id, signal);
    this.#released = true;
  }

  /** A lease outlives its key when somebody takes or deletes the key, so that both have to be asked about. */
  async #beat(signal: AbortSignal, work: () => Promise<unknown>): Promise<void> {
    if (this.#released) this.#lose('expired');
    const [alive] = await Promise.all([this.store.keepAlive(this.#id, signal), work()]);
    if (!alive) this.#lose('expired');
  }

  /** Writes until it replaces the newest. `judge` says whether what is there may be replaced, and its revision. */
  async #write(
    instance: ServiceInstance,
    signal: AbortSignal,
    judge: (held: Entry | undefined) => number,
  ): Promise<void> {
    const value = writeInstance(instance);
    for (let turn = 0; turn < MOST_WRITES; turn += 1) {
      const swap = { key: this.key, value, lease: this.#id, expected: this.#revision };
      const swapped = await this.store.swap(swap, signal);
      this.#revision = swapped.written ? swapped.revision : judge(swapped.held);
      if (swapped.written) return;
    }
    const { service, id } = this.instance;
    throw new Error(`Others keep writing the entry of instance ${id} of service ${service}.`);
  }

  #check(held: Entry | undefined): Entry {
    if (!held) return this.#lose('expired');
    return held.lease === this.#id ? held : this.#lose('taken');
  }

  #lose(reason: LeaseLossReason): never {
    throw new LeaseLostError(this.instance.service, this.instance.id, reason);
  }
}

/** A number of 63 bits above zero, as etcd takes for a lease. */
function newLeaseId(): string {
  return String((randomBytes(8).readBigUInt64BE() >> 1n) | 1n);
}
