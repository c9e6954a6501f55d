import { lstat } from 'node:fs/promises';
import { ifPresent, repeat, type Repetition } from '@rookery/common';
import { LeaseLostError } from '../errors/lease-lost.error.js';
import { randomId } from '../instance/random-id.js';
import { type ServiceInstance } from '../instance/service-instance.js';
import { type Lease } from '../registry/registry-backend.js';
import { type LeaseRecord } from './lease-record.js';
import { type LeaseSpace } from './lease-space.js';
import { readLease, removeLease } from './read-lease.js';
import { writeLease } from './write-lease.js';

/** How often the owner looks whether its file is still there, and right: temporary directories get cleaned. */
const GUARD_MS = 1_000;

/** A wall clock that has moved so much against the steady one was set. */
const CLOCK_STEP_MS = 1_000;

/** Writes the first record of a new lease. */
export async function takeLease(
  space: LeaseSpace,
  instance: ServiceInstance,
  ttlMs: number,
): Promise<HeldLease> {
  const owner = await space.self();
  const renewedAt = space.clock.monotonic();
  const record: LeaseRecord = {
    v: 1,
    token: randomId(space.random),
    seq: 1,
    ttlMs,
    renewedAt: space.clock.now(),
    owner,
    instance,
  };
  await putLease(space, record);
  return new HeldLease(space, record, renewedAt);
}

/** The owner's side of a lease file. Its operations run one after the other, so that a beat never outlives a release. */
export class HeldLease implements Lease {
  #record: LeaseRecord;
  /** On the steady clock. */
  #renewedAt: number;
  #last: Promise<unknown> = Promise.resolve();
  #ended = false;
  readonly #path: string;
  readonly #guard: Repetition;

  constructor(
    private readonly space: LeaseSpace,
    record: LeaseRecord,
    renewedAt: number,
  ) {
    this.#record = record;
    this.#renewedAt = renewedAt;
    this.#path = pathOf(space, record);
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
    const { clock } = this.space;
    const renewedAt = clock.monotonic();
    await this.#write({ ...this.#record, instance, seq: this.#record.seq + 1, renewedAt: clock.now() });
    this.#renewedAt = renewedAt;
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

  /**
   * Puts the file back when somebody has removed it, and corrects its time when the clock was set: to whoever reads it for
   * the first time it would look as old as the clock has jumped. Neither is a renewal.
   */
  async #restore(): Promise<void> {
    if (this.#ended) return;
    const { clock } = this.space;
    const renewedAt = clock.now() - (clock.monotonic() - this.#renewedAt);
    const isRight = Math.abs(renewedAt - this.#record.renewedAt) < CLOCK_STEP_MS;
    if (isRight && (await ifPresent(lstat(this.#path)))) return;
    await this.#ensureMine();
    await this.#write({ ...this.#record, renewedAt });
  }

  async #write(record: LeaseRecord): Promise<void> {
    await putLease(this.space, record);
    this.#record = record;
  }
}

/** Writes a record to its place, whose directory is made when there is none. */
function putLease(space: LeaseSpace, record: LeaseRecord): Promise<void> {
  const prepare = () => space.prepare(space.folderOf(record.instance.service));
  return writeLease(pathOf(space, record), record, { writing: space.writing, prepare });
}

function pathOf(space: LeaseSpace, { instance }: LeaseRecord): string {
  return space.pathOf(space.folderOf(instance.service), space.fileOf(instance));
}
