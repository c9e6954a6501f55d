import { repeat, type Repetition } from '@rookery/common';
import { type ServiceInstance } from '../instance/service-instance.js';
import { type Sink } from '../registry/latest.js';
import { type Snapshot } from '../registry/registry-backend.js';
import { ChangeNotice } from './change-notice.js';
import { LeaseFolder } from './lease-folder.js';
import { type LeaseSpace } from './lease-space.js';

/** How often the owners of leases are checked: a process that was killed is gone from the list within this time. */
const PROBE_MS = 250;

/** How often the directory is read whether or not a change was noticed. */
const SCAN_MS = 1_000;

/** Keeps one service's list up to date for as long as somebody reads it. */
export class FolderWatch {
  readonly folder: LeaseFolder;
  readonly #readers = new Set<Sink<Snapshot>>();
  readonly #notice: ChangeNotice;
  readonly #turns: Repetition;
  #last: Promise<unknown> = Promise.resolve();
  #changed = true;
  #snapshot: Snapshot | undefined;

  /** @param nextRevision Draws the number of the next snapshot. */
  constructor(
    private readonly space: LeaseSpace,
    folderName: string,
    private readonly nextRevision: () => number,
  ) {
    this.folder = new LeaseFolder(space, folderName);
    this.#notice = new ChangeNotice(space.pathOf(folderName), space.clock, () => {
      this.#changed = true;
      this.#turns.wake();
    });
    this.#turns = repeat(
      space.clock,
      PROBE_MS,
      () => this.#inTurn(() => this.#turn()),
      (error) => this.#fail(error),
    );
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
    await this.#turns.stop();
    this.#notice.close();
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }

  async #turn(): Promise<void> {
    const { lastScan } = this.folder;
    const now = this.space.clock.monotonic();
    if (this.#changed || lastScan === undefined || now - lastScan >= SCAN_MS) await this.#scan();
    await this.folder.probe();
    this.#publish();
  }

  async #scan(): Promise<void> {
    this.#changed = false;
    await this.space.prepare(this.folder.name);
    // Armed before the reading: what changes in between is told, what changed before is read.
    await this.#notice.arm();
    await this.folder.scan();
  }

  #publish(): Snapshot {
    const instances = this.folder.living();
    if (this.#snapshot && sameList(this.#snapshot.instances, instances)) return this.#snapshot;
    this.#snapshot = { revision: this.nextRevision(), instances };
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
