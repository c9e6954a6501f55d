import { randomUUID } from 'node:crypto';
import { JetStreamApiError } from '@nats-io/jetstream';
import { type KvEntry } from '@nats-io/kv';
import { type Lease, LeaseLostError, type LeaseLossReason, type ServiceInstance } from '@rookery/discovery';
import { type NatsLink } from '../connection/nats-link.js';
import { keyOf } from './lease-keys.js';
import { type LeaseRecord, readRecord } from './lease-record.js';

/** JetStream's code for "wrong last sequence": somebody else has written the key since. */
const WRONG_LAST_SEQUENCE = 10_071;

const OUTDATED = 'outdated';
const NEVER = new AbortController().signal;

/**
 * The owner's side of an entry. Each write names the revision that it replaces, and the server refuses it when that is
 * not the newest: so two owners never both believe that they have an id.
 */
export class NatsLease implements Lease {
  #record: LeaseRecord;
  #revision = 0;
  #sent = false;
  #ended = false;
  readonly #key: string;
  readonly #free: () => void;

  constructor(
    private readonly link: NatsLink,
    instance: ServiceInstance,
    ttlMs: number,
  ) {
    this.#record = { v: 1, token: randomUUID(), ttlMs, instance };
    this.#key = keyOf(instance.service, instance.id);
    // As long as the lease lasts the connection stays: a beat must not have to open one.
    this.#free = link.hold();
  }

  /** Registers the instance, whoever held the id before. */
  async take(signal: AbortSignal): Promise<void> {
    try {
      this.#revision = await this.link.run(signal, ({ bucket }) => {
        this.#sent = true;
        return bucket.put(this.#key, JSON.stringify(this.#record));
      });
    } catch (error) {
      // The answer stayed out, but the instance may be registered all the same, and nobody would ever end that.
      void (this.#sent ? this.release(NEVER) : Promise.reject(error))
        .catch(() => {
          // It ends with its time to live.
        })
        .finally(this.#free);
      throw error;
    }
  }

  renew(signal: AbortSignal): Promise<void> {
    return this.#write(this.#record.instance, signal);
  }

  update(instance: ServiceInstance, signal: AbortSignal): Promise<void> {
    return this.#write(instance, signal);
  }

  async release(signal: AbortSignal): Promise<void> {
    try {
      const held = this.#ended ? undefined : await this.#read(signal);
      this.#ended = true;
      if (!held || !this.#isMine(held)) return;
      await this.link.run<unknown>(
        signal,
        ({ bucket }) => bucket.delete(this.#key, { previousSeq: held.revision }),
        isOutdated,
      );
    } finally {
      this.#free();
    }
  }

  async #write(instance: ServiceInstance, signal: AbortSignal): Promise<void> {
    if (this.#ended) this.#lose('expired');
    const record = { ...this.#record, instance };
    const write = () =>
      this.link.run<number | typeof OUTDATED>(
        signal,
        ({ bucket }) => bucket.update(this.#key, JSON.stringify(record), this.#revision),
        isOutdated,
      );
    let revision = await write();
    if (revision === OUTDATED) {
      const held = await this.#read(signal);
      if (!held || held.operation !== 'PUT') return this.#lose('expired');
      if (!this.#isMine(held)) return this.#lose('taken');
      // An earlier write arrived, but its answer did not.
      this.#revision = held.revision;
      revision = await write();
    }
    if (revision === OUTDATED) return this.#lose('taken');
    this.#revision = revision;
    this.#record = record;
  }

  #read(signal: AbortSignal): Promise<KvEntry | null> {
    return this.link.run(signal, ({ bucket }) => bucket.get(this.#key));
  }

  #isMine(entry: KvEntry): boolean {
    return entry.operation === 'PUT' && readRecord(entry.value)?.token === this.#record.token;
  }

  #lose(reason: LeaseLossReason): never {
    this.#ended = true;
    this.#free();
    throw new LeaseLostError(this.#record.instance.service, this.#record.instance.id, reason);
  }
}

function isOutdated(error: unknown): typeof OUTDATED | undefined {
  return error instanceof JetStreamApiError && error.code === WRONG_LAST_SEQUENCE ? OUTDATED : undefined;
}
