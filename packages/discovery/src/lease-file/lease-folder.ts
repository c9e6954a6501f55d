import { lstat, readdir, rm } from 'node:fs/promises';
import { ifPresent, probeProcess, type ProcessState } from '@rookery/common';
import { type ServiceInstance } from '../instance/service-instance.js';
import { LEASE_SUFFIX, TEMPORARY_SUFFIX } from './file-names.js';
import { readLease, removeLease } from './lease-io.js';
import { type LeaseSpace } from './lease-space.js';
import { Sighting } from './sighting.js';

/** A lease whose owner cannot be asked is kept for this many times to live, in case it was only stopped. */
const KEEP_DEAD_TTLS = 5;

/** A file that was being written this long ago belongs to a writer that died. */
const STALE_TEMPORARY_MS = 60_000;

/** Tells a file that was written again from the one that was read. */
type Signature = string;

/**
 * One service's directory as this process has seen it. `scan` compares the files with what was seen before, `probe`
 * asks the system about the owners. Files that are no leases are ignored and counted.
 */
export class LeaseFolder {
  readonly #sightings = new Map<string, Sighting>();
  readonly #signatures = new Map<string, Signature>();
  #lastScan: number | undefined;
  #ignored = 0;

  constructor(
    private readonly space: LeaseSpace,
    readonly name: string,
  ) {}

  /** How many files were not leases; each counts once, and again when it is written again. */
  get ignored(): number {
    return this.#ignored;
  }

  /** When the last scan began, on the steady clock. */
  get lastScan(): number | undefined {
    return this.#lastScan;
  }

  /** The living, as of the last scan, always in the same order. */
  living(): ServiceInstance[] {
    const now = this.#lastScan ?? 0;
    const alive = [...this.#sightings.values()].filter((sighting) => sighting.lives(now));
    return alive.map(({ instance }) => instance).sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  async scan(): Promise<void> {
    const now = this.space.clock.monotonic();
    const files = (await ifPresent(readdir(this.space.pathOf(this.name)))) ?? [];
    await Promise.all(files.map((file) => this.#look(file, now)));
    const present = new Set(files);
    for (const file of this.#signatures.keys()) if (!present.has(file)) this.#forget(file);
    this.#forgive(now);
    this.#lastScan = now;
    await this.#removeDead((sighting) => sighting.deadTtls(now) > KEEP_DEAD_TTLS);
  }

  /** Finds the leases whose process has ended, and removes them; returns how many this process has removed. */
  async probe(): Promise<number> {
    const self = await this.space.self();
    const asked = new Map<string, Promise<ProcessState>>();
    const stateOf = ({ record: { owner } }: Sighting) => {
      const key = `${owner.pid} ${owner.started} ${owner.realm}`;
      const state = asked.get(key) ?? probeProcess(owner, self);
      asked.set(key, state);
      return state;
    };
    const gone = new Set<Sighting>();
    const ask = async (sighting: Sighting) => {
      const { token } = sighting.record;
      // It may have been registered again while the system was asked.
      if ((await stateOf(sighting)) === 'gone' && sighting.record.token === token) gone.add(sighting);
    };
    await Promise.all([...this.#sightings.values()].map(ask));
    for (const sighting of gone) sighting.markGone();
    return this.#removeDead((sighting) => gone.has(sighting));
  }

  /** Removes the leases that are dead by now; returns how many this process has removed. */
  removeDead(): Promise<number> {
    const now = this.#lastScan ?? 0;
    return this.#removeDead((sighting) => !sighting.lives(now));
  }

  async #look(file: string, now: number): Promise<void> {
    const path = this.space.pathOf(this.name, file);
    const stats = await ifPresent(lstat(path));
    if (!stats) return this.#forget(file);
    if (file.endsWith(TEMPORARY_SUFFIX)) return this.#sweepTemporary(path, stats.mtimeMs);
    if (!file.endsWith(LEASE_SUFFIX)) return;
    const signature: Signature = `${stats.ino} ${stats.mtimeMs} ${stats.size}`;
    if (this.#signatures.get(file) === signature) return;
    this.#signatures.set(file, signature);
    await this.#read(file, path, now);
  }

  async #read(file: string, path: string, now: number): Promise<void> {
    const record = await readLease(path);
    const { instance } = record ?? {};
    // A copy under another name would put one instance into the list twice.
    if (!record || !instance || this.#placeOf(instance) !== `${this.name}/${file}`) {
      this.#ignored += 1;
      this.#sightings.delete(file);
      return;
    }
    const sighting = this.#sightings.get(file);
    if (sighting) sighting.seen(record, now);
    else this.#sightings.set(file, new Sighting(record, now, this.space.clock.now()));
  }

  #placeOf(instance: ServiceInstance): string {
    return `${this.space.folderOf(instance.service)}/${this.space.fileOf(instance)}`;
  }

  #forget(file: string): void {
    this.#signatures.delete(file);
    this.#sightings.delete(file);
  }

  #forgive(now: number): void {
    const last = this.#lastScan;
    if (last === undefined) return;
    for (const sighting of this.#sightings.values()) sighting.forgive(now - last, last, now);
  }

  async #removeDead(isDead: (sighting: Sighting) => boolean): Promise<number> {
    const dead = [...this.#sightings].filter(([, sighting]) => isDead(sighting));
    const removals = dead.map(async ([file, { record }]) => {
      const removed = await removeLease(this.space.pathOf(this.name, file), record);
      if (removed) this.#forget(file);
      return removed;
    });
    return (await Promise.all(removals)).filter(Boolean).length;
  }

  async #sweepTemporary(path: string, writtenAt: number): Promise<void> {
    if (this.space.clock.now() - writtenAt > STALE_TEMPORARY_MS) await rm(path, { force: true });
  }
}
