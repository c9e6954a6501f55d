import { type ServiceInstance } from '../instance/service-instance.js';
import { type LeaseRecord, sameWriting } from './lease-record.js';

/** Looks come every second or so; only a longer gap says that this process was stopped, however short the lease. */
export const SHORTEST_PAUSE_MS = 2_000;

/**
 * What this process knows of one lease. It lives as long as it was *seen to change* within its time to live, by this
 * process's own steady clock: clocks that jump, and those of others, have no say. Only at first sight, when there is
 * nothing to compare with, the time in the file counts.
 */
export class Sighting {
  #record: LeaseRecord;
  #owner: string;
  #deadline: number;
  #gone = false;
  readonly #firstSeen: number;

  constructor(record: LeaseRecord, monotonic: number, wallClock: number) {
    this.#record = record;
    this.#owner = ownerOf(record);
    const age = Math.max(0, wallClock - record.renewedAt);
    this.#deadline = monotonic + record.ttlMs - age;
    this.#firstSeen = monotonic;
  }

  get record(): LeaseRecord {
    return this.#record;
  }

  /** The process that holds the lease, told from all others by one text. */
  get owner(): string {
    return this.#owner;
  }

  get instance(): ServiceInstance {
    return this.#record.instance;
  }

  /** Until when it lives unless it is renewed, on the steady clock. */
  get deadline(): number {
    return this.#deadline;
  }

  lives(monotonic: number): boolean {
    return !this.#gone && monotonic < this.#deadline;
  }

  /**
   * For how many times to live this process has seen it dead; negative while it lives. The time in the file does not
   * count here: if only the clock was set, the owner lives and its file must stay.
   */
  deadTtls(monotonic: number): number {
    return (monotonic - Math.max(this.#deadline, this.#firstSeen)) / this.#record.ttlMs;
  }

  /** The file was read again. An unchanged instance stays the same object, so that lists can be compared. */
  seen(record: LeaseRecord, monotonic: number): void {
    if (sameWriting(record, this.#record)) return;
    if (record.token !== this.#record.token) {
      this.#gone = false;
      this.#owner = ownerOf(record);
    }
    const same = JSON.stringify(record.instance) === JSON.stringify(this.instance);
    this.#record = same ? { ...record, instance: this.instance } : record;
    this.#deadline = monotonic + record.ttlMs;
  }

  /** Its process is known to have ended: no need to wait for the time to live. */
  markGone(): void {
    this.#gone = true;
  }

  /**
   * This process did not look for `gap` milliseconds: it was stopped, or busy. A lease that was alive before gets
   * another time to live, because its beats may just not have been read.
   */
  forgive(gap: number, lastLook: number, monotonic: number): void {
    if (gap > Math.max(this.#record.ttlMs / 2, SHORTEST_PAUSE_MS) && this.lives(lastLook))
      this.#deadline = Math.max(this.#deadline, monotonic + this.#record.ttlMs);
  }
}

/** A registration never changes hands, so this is worked out once for each: all owners are asked about several times a second. */
function ownerOf({ owner: { pid, started, realm } }: LeaseRecord): string {
  return `${pid} ${started} ${realm}`;
}
