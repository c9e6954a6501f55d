import { rmdir } from 'node:fs/promises';
import { repeat, type Repetition } from '@rookery/common';
import { type ServiceInstance } from '../instance/service-instance.js';
import { type Sink } from '../registry/latest.js';
import { type Snapshot } from '../registry/registry-backend.js';
import { type ChangedFiles, ChangeNotice } from './change-notice.js';
import { LeaseFolder } from './lease-folder.js';
import { type LeaseSpace } from './lease-space.js';

/**
 * How often the owners of leases are checked. A process that was killed is gone from the list within this time, and within
 * 300 ms on a machine that is busy.
 */
const PROBE_MS = 200;

/** How often it is asked whether the directory is due to be read; a change that was noticed is looked at sooner. */
const TURN_MS = 250;

/**
 * Changes within this time are shown at once. The time grows with the list, because each new one costs everybody who reads it
 * as much as it is long: with a thousand instances it is 50 ms.
 */
const DEBOUNCE_MS = 10;
const DEBOUNCE_PER_INSTANCE_MS = 1 / 20;
const LONGEST_DEBOUNCE_MS = 100;

/** How often the whole directory is read whether or not a change was noticed. */
const SCAN_MS = 1_000;

/**
 * Reading a large directory may take this part of the time, as long as the system tells what changes: with a thousand
 * instances it is then read every ten seconds, which is the longest pause.
 */
const SCAN_SHARE = 1 / 400;
const LONGEST_SCAN_PAUSE_MS = 10_000;

/** Keeps one service's list up to date for as long as somebody reads it. */
export class FolderWatch {
  readonly folder: LeaseFolder;
  readonly #readers = new Set<Sink<Snapshot>>();
  readonly #notice: ChangeNotice;
  readonly #turns: Repetition;
  readonly #probes: Repetition;
  #last: Promise<unknown> = Promise.resolve();
  #changed = new Set<string>();
  /** Whether files may have changed that were not named. */
  #unsure = false;
  #nextScanAt = -Infinity;
  #snapshot: Snapshot | undefined;

  /** @param nextRevision Draws the number of the next snapshot. */
  constructor(
    private readonly space: LeaseSpace,
    folderName: string,
    private readonly nextRevision: () => number,
  ) {
    this.folder = new LeaseFolder(space, folderName);
    this.#notice = new ChangeNotice(
      space.pathOf(folderName),
      space.clock,
      space.warnings,
      () => this.#debounceMs(),
      (files) => this.#noticed(files),
    );
    this.#turns = this.#repeat(TURN_MS, () => this.#turn());
    // At times of their own: a fleet in which something changes all the time is checked neither more often nor less.
    this.#probes = this.#repeat(PROBE_MS, () => this.#probe());
    this.#turns.wake();
  }

  get readers(): number {
    return this.#readers.size;
  }

  get noticeFailures(): number {
    return this.#notice.failures;
  }

  add(reader: Sink<Snapshot>): void {
    this.#readers.add(reader);
    if (this.#snapshot) reader.push(this.#snapshot);
  }

  remove(reader: Sink<Snapshot>): void {
    this.#readers.delete(reader);
  }

  /** Reads the directory now. */
  read(): Promise<Snapshot> {
    return this.#inTurn(async () => {
      await this.folder.scan();
      await this.folder.probe();
      return this.#publish();
    });
  }

  /** Reads the directory now and removes the dead; returns how many there were. */
  clean(): Promise<number> {
    return this.#inTurn(async () => {
      await this.folder.scan();
      const dead = await this.folder.probe();
      const expired = await this.folder.removeDead();
      this.#publish();
      return dead + expired;
    });
  }

  async stop(): Promise<void> {
    this.#notice.close();
    await Promise.all([this.#turns.stop(), this.#probes.stop()]);
    this.#notice.close();
    // Made in order to be watched, for a name that nobody may have. The system keeps one in which there is a lease.
    await rmdir(this.space.pathOf(this.folder.name)).catch(() => {});
  }

  #repeat(everyMs: number, work: () => Promise<void>): Repetition {
    return repeat(
      this.space.clock,
      everyMs,
      () => this.#inTurn(work),
      (error) => this.#fail(error),
    );
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }

  #noticed(files: ChangedFiles): void {
    if (files === 'any') {
      this.#unsure = true;
      this.#nextScanAt = -Infinity;
    } else for (const file of files) this.#changed.add(file);
    this.#turns.wake();
  }

  #debounceMs(): number {
    const length = this.#snapshot?.instances.length ?? 0;
    return Math.min(Math.max(DEBOUNCE_MS, length * DEBOUNCE_PER_INSTANCE_MS), LONGEST_DEBOUNCE_MS);
  }

  async #turn(): Promise<void> {
    const now = this.space.clock.monotonic();
    const changed = this.#changed;
    this.#changed = new Set();
    // Also before a scan, which passes over what was read since the last one: it may have changed again.
    await this.folder.look(changed);
    if (now >= this.#nextScanAt) await this.#scan(now);
    this.#publish();
  }

  async #probe(): Promise<void> {
    // Before the first scan there is nobody to check, and a list without a scan would be empty.
    if (!this.#snapshot) return;
    await this.folder.probe();
    this.#publish();
  }

  async #scan(now: number): Promise<void> {
    await this.space.prepare(this.folder.name);
    // Armed before the reading: what changes in between is told, what changed before is read.
    await this.#notice.arm();
    const unsure = this.#unsure;
    this.#unsure = false;
    await (unsure ? this.folder.scan() : this.folder.sweep());
    await this.folder.probe();
    const took = this.space.clock.monotonic() - now;
    const pause = this.#notice.watching ? Math.min(took / SCAN_SHARE, LONGEST_SCAN_PAUSE_MS) : 0;
    this.#nextScanAt = now + Math.max(SCAN_MS, Math.min(pause, this.folder.nextExpiry() - now));
  }

  #publish(): Snapshot {
    const instances = this.folder.living();
    if (this.#snapshot?.instances === instances) return this.#snapshot;
    if (this.#snapshot && sameList(this.#snapshot.instances, instances)) return this.#snapshot;
    this.#snapshot = { revision: this.nextRevision(), instances };
    // Only a scan can say who has expired, so it does not come later than the next could.
    this.#nextScanAt = Math.min(this.#nextScanAt, this.folder.nextExpiry());
    for (const reader of this.#readers) reader.push(this.#snapshot);
    return this.#snapshot;
  }

  #fail(error: unknown): void {
    for (const reader of this.#readers) reader.fail(error);
  }
}

function sameList(a: readonly ServiceInstance[], b: readonly ServiceInstance[]): boolean {
  return a.length === b.length && a.every((instance, index) => instance === b[index]);
}
