import { type Stats } from 'node:fs';
import { lstat, readdir } from 'node:fs/promises';
import { ifPresent, probeProcess } from '@rookery/common';
import { type ServiceInstance } from '../instance/service-instance.js';
import { LEASE_SUFFIX } from './file-names.js';
import { fewAtATime } from './few-at-a-time.js';
import { type LeaseRecord } from './lease-record.js';
import { byOwner } from './owners.js';
import { readFoundLease, removeLease } from './read-lease.js';
import { type LeaseSpace } from './lease-space.js';
import { SHORTEST_PAUSE_MS, Sighting } from './sighting.js';
import { sweepWriting } from './sweep-writing.js';

/** A lease whose owner cannot be asked is kept for this many times to live, in case it was only stopped. */
const KEEP_DEAD_TTLS = 5;

/** Tells a file that was written again from the one that was read. */
type Signature = string;

/**
 * One service's directory as this process has seen it. `scan` compares the files with what was seen before, `probe`
 * asks the system about the owners. Files that are no leases are ignored and counted.
 */
export class LeaseFolder {
  readonly #sightings = new Map<string, Sighting>();
  readonly #signatures = new Map<string, Signature>();
  /** The files that were read since the last scan, because they had changed. */
  readonly #current = new Set<string>();
  #lastScan: number | undefined;
  #lastLook: number | undefined;
  /** Unset when it may have changed. */
  #living: readonly ServiceInstance[] | undefined;
  #ignored = 0;

  constructor(
    private readonly space: LeaseSpace,
    readonly name: string,
  ) {}

  /** How many files were not leases; each counts once, and again when it is written again. */
  get ignored(): number {
    return this.#ignored;
  }

  /** The living, as of the last scan, always in the same order; the same array as long as nothing changes. */
  living(): readonly ServiceInstance[] {
    this.#living ??= this.#listLiving();
    return this.#living;
  }

  /** When the next of the living would expire, on the steady clock. */
  nextExpiry(): number {
    const living = [...this.#sightings.values()].filter((sighting) => this.#shown(sighting));
    return living.reduce((next, { deadline }) => Math.min(next, deadline), Infinity);
  }

  /** Compares the whole directory. */
  async scan(): Promise<void> {
    this.#current.clear();
    await this.sweep();
  }

  /** Compares the whole directory but for the files that were read since the last time: they are followed already. */
  async sweep(): Promise<void> {
    const now = this.#awake();
    const files = (await ifPresent(readdir(this.space.pathOf(this.name)))) ?? [];
    const unread = files.filter((file) => !this.#current.has(file));
    this.#current.clear();
    await fewAtATime(unread, (file) => this.#look(file, now));
    const present = new Set(files);
    for (const file of this.#signatures.keys()) if (!present.has(file)) this.#forget(file);
    this.#lastScan = now;
    this.#living = undefined;
    await this.#removeDead((sighting) => sighting.deadTtls(now) > KEEP_DEAD_TTLS).catch(notNow);
    await sweepWriting(this.space.writing, this.space.clock.now()).catch(notNow);
  }

  /** Compares some files, which are known to have changed. Who has expired, only a scan can say. */
  async look(files: Iterable<string>): Promise<void> {
    const now = this.#awake();
    await fewAtATime(files, async (file) => {
      await this.#read(file, now);
      this.#current.add(file);
    });
  }

  /** Finds the leases whose process has ended, and removes them; returns how many this process has removed. */
  async probe(): Promise<number> {
    this.#awake();
    const self = await this.space.self();
    const gone = new Set<Sighting>();
    for (const sightings of byOwner(this.#sightings.values()).values()) {
      const [first] = sightings;
      if (!first || probeProcess(first.record.owner, self) !== 'gone') continue;
      for (const sighting of sightings) gone.add(sighting);
    }
    if (gone.size === 0) return 0;
    for (const sighting of gone) sighting.markGone();
    this.#living = undefined;
    return (await this.#removeDead((sighting) => gone.has(sighting)).catch(notNow)) ?? 0;
  }

  /** Removes the leases that are dead by now; returns how many this process has removed. */
  removeDead(): Promise<number> {
    const now = this.#lastScan ?? 0;
    return this.#removeDead((sighting) => !sighting.lives(now));
  }

  async #look(file: string, now: number): Promise<void> {
    if (!file.endsWith(LEASE_SUFFIX)) return;
    const stats = await ifPresent(lstat(this.space.pathOf(this.name, file)));
    if (!stats) return this.#forget(file);
    if (this.#signatures.get(file) !== signatureOf(stats)) await this.#read(file, now);
  }

  async #read(file: string, now: number): Promise<void> {
    const path = this.space.pathOf(this.name, file);
    const found = await readFoundLease(path);
    const stats = found?.stats ?? (await ifPresent(lstat(path)));
    if (!found || !stats) return this.#forget(file);
    const signature = signatureOf(stats);
    // One writing may be told twice.
    if (this.#signatures.get(file) !== signature) this.#take(file, found.record, now);
    // Noted afterwards: a file that could not be read for now has to be read with the next scan.
    this.#signatures.set(file, signature);
  }

  #take(file: string, record: LeaseRecord | undefined, now: number): void {
    const { instance } = record ?? {};
    const sighting = this.#sightings.get(file);
    // A copy under another name would put one instance into the list twice.
    if (!record || !instance || !(isSame(instance, sighting?.instance) || this.#isPlaceOf(instance, file))) {
      this.#forgetSighting(file);
      return this.#ignore(this.space.pathOf(this.name, file));
    }
    const before = this.#shown(sighting);
    if (sighting) sighting.seen(record, now);
    else this.#sightings.set(file, new Sighting(record, now, this.space.clock.now()));
    // Nearly all that is read are renewals, which change nothing.
    if (this.#shown(this.#sightings.get(file)) !== before) this.#living = undefined;
  }

  #listLiving(): readonly ServiceInstance[] {
    const alive = [...this.#sightings.values()].flatMap((sighting) => this.#shown(sighting) ?? []);
    return alive.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  #shown(sighting: Sighting | undefined): ServiceInstance | undefined {
    return sighting?.lives(this.#lastScan ?? 0) ? sighting.instance : undefined;
  }

  #ignore(path: string): void {
    this.#ignored += 1;
    // As JSON, because a file's name may hold what moves the cursor of a terminal.
    const what = `The file ${JSON.stringify(path)} is no lease that this version can read. It and its like are ignored.`;
    this.space.warnings.tell('LEASE_IGNORED', `${what} Remove it if it is not in use.`);
  }

  #isPlaceOf(instance: ServiceInstance, file: string): boolean {
    return this.space.folderOf(instance.service) === this.name && this.space.fileOf(instance) === file;
  }

  #forget(file: string): void {
    this.#signatures.delete(file);
    this.#forgetSighting(file);
  }

  #forgetSighting(file: string): void {
    if (this.#sightings.delete(file)) this.#living = undefined;
  }

  /** Looks come often; when the last one is long ago this process was stopped, and nobody is blamed for that. */
  #awake(): number {
    const now = this.space.clock.monotonic();
    const last = this.#lastLook ?? now;
    this.#lastLook = now;
    if (now - last > SHORTEST_PAUSE_MS)
      for (const sighting of this.#sightings.values()) sighting.forgive(now - last, last, now);
    return now;
  }

  async #removeDead(isDead: (sighting: Sighting) => boolean): Promise<number> {
    const dead = [...this.#sightings].filter(([, sighting]) => isDead(sighting));
    const removals = await fewAtATime(dead, async ([file, { record }]) => {
      const removed = await removeLease(this.space.pathOf(this.name, file), record);
      if (removed) this.#forget(file);
      return removed;
    });
    return removals.filter(Boolean).length;
  }
}

function signatureOf({ ino, mtimeMs, size }: Stats): Signature {
  return `${ino} ${mtimeMs} ${size}`;
}

/** Whether a file still holds the one that it held: names of files cost a hash, and nearly all that is read are renewals. */
function isSame({ service, id }: ServiceInstance, known: ServiceInstance | undefined): boolean {
  return known?.id === id && known.service === service;
}

/** Tidying up is no reason not to know who lives; what could not be removed is tried again with the next scan. */
function notNow(): undefined {}
