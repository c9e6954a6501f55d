import { type Clock } from '@rookery/common';
import { type KvEntry } from '@nats-io/kv';
import { type ServiceInstance } from '@rookery/discovery';
import { keyOf } from './lease-keys.js';
import { type LeaseRecord, readRecord } from './lease-record.js';

interface Sighting {
  revision: number;
  /** Unset when the entry was deleted, or is none of ours. */
  record: LeaseRecord | undefined;
  /** Until when it lives, on the steady clock. */
  deadline: number;
  /** When it was read last, on the steady clock. */
  readonly seenAt: number;
}

/** What is dead is remembered for this long, so that a late reading of it changes nothing; every restart leaves an id. */
const REMEMBER_MS = 10 * 60_000;

/** Looks come every second or so; only a longer gap says that this process was stopped, however short the lease. */
const PAUSE_MS = 2_000;

/**
 * What this process knows of the entries it follows. The server tells nobody that an entry has expired, so each
 * reader keeps the time itself: an entry lives as long as it was *seen to be renewed* within its time to live, by this
 * process's own steady clock. Only where nothing was seen before, the server's time of writing counts.
 */
export class ServiceMirror {
  readonly #sightings = new Map<string, Sighting>();
  #lastLook: number;
  #lost: Set<string> | undefined;

  /** @param onIgnored Called for each entry that is none of ours, once for each time that it was written. */
  constructor(
    private readonly clock: Clock,
    private readonly onIgnored: () => void,
  ) {
    this.#lastLook = clock.monotonic();
  }

  /** @param live Whether the entry was told when it was written, not read later. */
  see(entry: KvEntry, live: boolean): void {
    const known = this.#sightings.get(entry.key);
    if (known && entry.revision <= known.revision) return;
    const put = entry.operation === 'PUT';
    const record = put ? this.#read(entry) : undefined;
    const age = live ? 0 : Math.max(0, this.clock.now() - entry.created.getTime());
    const seenAt = this.clock.monotonic();
    const fresh = seenAt + (record ? record.ttlMs - age : 0);
    // Read again after an outage, an entry that was alive before keeps the time that it was given to come back.
    const deadline = live || !record ? fresh : Math.max(fresh, known?.deadline ?? fresh);
    this.#sightings.set(entry.key, {
      revision: entry.revision,
      record: unchanged(known?.record, record),
      deadline,
      seenAt,
    });
  }

  /** The living, always in the same order. */
  living(): readonly ServiceInstance[] {
    const alive = [...this.#alive().values()].flatMap(({ record }) => record?.instance ?? []);
    return alive.sort((a, b) => (a.id < b.id ? -1 : 1));
  }

  /** The entries of the dead: key and revision. */
  dead(): { readonly key: string; readonly revision: number }[] {
    const alive = this.#alive();
    return [...this.#sightings]
      .filter(([key, { record }]) => record && !alive.has(key))
      .map(([key, { revision }]) => ({ key, revision }));
  }

  /** The connection is lost: nobody can be seen to renew. */
  lose(): void {
    this.#lost ??= new Set(this.#alive().keys());
  }

  /** The server answers again: whoever was alive before has one time to live to be seen, and revisions start anew. */
  find(): void {
    const now = this.clock.monotonic();
    for (const [key, sighting] of this.#sightings) {
      sighting.revision = 0;
      if (this.#lost?.has(key) && sighting.record) sighting.deadline = now + sighting.record.ttlMs;
    }
    this.#lost = undefined;
    this.#lastLook = now;
  }

  #alive(): Map<string, Sighting> {
    const now = this.clock.monotonic();
    const gap = now - this.#lastLook;
    for (const [key, sighting] of this.#sightings) {
      const { record, deadline, seenAt } = sighting;
      if (this.#lastLook - Math.max(deadline, seenAt) > REMEMBER_MS) this.#sightings.delete(key);
      // This process was stopped, or busy: beats may just not have been read.
      if (record && gap > Math.max(record.ttlMs / 2, PAUSE_MS) && deadline > this.#lastLook)
        sighting.deadline = Math.max(deadline, now + record.ttlMs);
    }
    this.#lastLook = now;
    return new Map([...this.#sightings].filter(([, { record, deadline }]) => record && deadline > now));
  }

  #read(entry: KvEntry): LeaseRecord | undefined {
    const record = readRecord(entry.value);
    // An entry under another name would put one instance into two lists, or twice into one.
    if (record && keyOf(record.instance.service, record.instance.id) === entry.key) return record;
    this.onIgnored();
    return undefined;
  }
}

/** An instance that has not changed stays the same object, so that lists can be compared. */
function unchanged(before: LeaseRecord | undefined, now: LeaseRecord | undefined): LeaseRecord | undefined {
  if (!before || !now || JSON.stringify(before.instance) !== JSON.stringify(now.instance)) return now;
  return { ...now, instance: before.instance };
}
