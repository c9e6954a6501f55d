import { lstat } from 'node:fs/promises';
import { ifPresent, repeat, type Repetition } from '@rookery/common';
import { LeaseLostError } from '../errors/lease-lost.error.js';
import { randomId } from '../instance/random-id.js';
import { type ServiceInstance } from '../instance/service-instance.js';
import { type Lease } from '../registry/registry-backend.js';
import { readLease, removeLease, writeLease } from './lease-io.js';
import { type LeaseRecord } from './lease-record.js';
import { type LeaseSpace } from './lease-space.js';

/** How often the owner looks whether its file is still there: temporary directories get cleaned. */
const GUARD_MS = 1_000;

/** Writes the first record of a new lease. */
export async function takeLease(
  space: LeaseSpace,
  instance: ServiceInstance,
  ttlMs: number,
): Promise<HeldLease> {
  const record: LeaseRecord = {
    v: 1,
    token: randomId(space.random),
    seq: 1,
    ttlMs,
    renewedAt: space.clock.now(),
    owner: await space.self(),
    instance,
  };
  const folder = space.folderOf(instance.service);
  await space.prepare(folder);
  await writeLease(space.pathOf(folder, space.fileOf(instance)), record);
  return new HeldLease(space, record);
}

/** The owner's side of a lease file. Its operations run one after the other, so that a beat never outlives a release. */
export class HeldLease implements Lease {
  #record: LeaseRecord;
  #last: Promise<unknown> = Promise.resolve();
  #ended = false;
  readonly #folder: string;
  readonly #path: string;
  readonly #guard: Repetition;

  constructor(
    private readonly space: LeaseSpace,
    record: LeaseRecord,
  ) {
    this.#record = record;
    this.#folder = space.folderOf(record.instance.service);
    this.#path = space.pathOf(this.#folder, space.fileOf(record.instance));
    // What fails here fails again at the next beat, which reports it.
    this.#guard = repeat(
      space.clock,
      GUARD_MS,
      () => this.#inTurn(() => this.#restore()),
      () => {},
    );
  }

  renew(): Promise<void> {
    return this.#inTurn(() => this.#rewrite(this.#record.instance));
  }

  update(instance: ServiceInstance): Promise<void> {
    return this.#inTurn(() => this.#rewrite(instance));
  }

  async release(): Promise<void> {
    await this.#guard.stop();
    await this.#inTurn(async () => {
      this.#ended = true;
      await removeLease(this.#path, this.#record);
    });
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }

  async #rewrite(instance: ServiceInstance): Promise<void> {
    await this.#ensureMine();
    const record = {
      ...this.#record,
      instance,
      seq: this.#record.seq + 1,
      renewedAt: this.space.clock.now(),
    };
    await this.#write(record);
    this.#record = record;
  }

  /** A file that is gone may be written again; one that another registration has written may not. */
  async #ensureMine(): Promise<void> {
    const { service, id } = this.#record.instance;
    const found = this.#ended ? undefined : await readLease(this.#path);
    if (!this.#ended && (!found || found.token === this.#record.token)) return;
    this.#ended = true;
    void this.#guard.stop();
    throw new LeaseLostError(service, id, 'taken');
  }

  async #restore(): Promise<void> {
    if (this.#ended || (await ifPresent(lstat(this.#path)))) return;
    await this.#write(this.#record);
  }

  async #write(record: LeaseRecord): Promise<void> {
    await this.space.prepare(this.#folder);
    await writeLease(this.#path, record);
  }
}
