import { type Clock } from '@rookery/common';
import { type KvEntry } from '@nats-io/kv';
import { type ServiceInstance } from '@rookery/discovery';
import { keyOf } from './lease-keys.js';
import { type LeaseRecord, readRecord } from './lease-record.js';

interface Sighting {
  readonly revision: number;
  /** Unset when the entry was deleted, or is none of ours. */
  readonly record: LeaseRecord | undefined;
  /** Until when it lives, on the steady clock. */
  deadline: number;
  /** When it was read last, on the steady clock. */
  readonly seenAt: number;
}

/** What is dead is remembered for this long, so that a late reading of it changes nothing; every restart leaves an id. */
const REMEMBER_MS = 10 * 60_000;

/** Looks come several times a second; only a longer gap says that this process was stopped, however short the lease. */
const PAUSE_MS = 2_000;

/**
 * What this process knows of the entries it follows. The server tells nobody that an entry has expired, so each
 * reader keeps the time itself: an entry lives as long as it was *seen to be renewed* within its time to live, by this
 * process's own steady clock. Only where nothing was seen before, the age counts that the server's clock gives it.
 */
export class ServiceMirror {
  readonly #sightings = new Map<string, Sighting>();
  #awakeAt: number;

  /** @param onIgnored Called for each entry that is none of ours, once for each time that it was written. */
  constructor(
    private readonly clock: Pick<Clock, 'monotonic'>,
    private readonly onIgnored: (key: string) => void,
  ) {
    this.#awakeAt = clock.monotonic();
  }

  /** @param ageMs How long ago the entry was written, by the server's clock; 0 when it was told as it was written. */
  see(entry: KvEntry, ageMs: number): void {
    const known = this.#sightings.get(entry.key);
    if (known && entry.revision <= known.revision) return;
    const put = entry.operation === 'PUT';
    const record = put ? this.#read(entry) : undefined;
    const seenAt = this.#wake();
    this.#sightings.set(entry.key, {
      revision: entry.revision,
      record: unchanged(known?.record, record),
      deadline: seenAt + (record ? record.ttlMs - ageMs : 0),
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

  #alive(): Map<string, Sighting> {
    const now = this.#wake();
    for (const [key, { deadline, seenAt }] of this.#sightings)
      if (now - Math.max(deadline, seenAt) > REMEMBER_MS) this.#sightings.delete(key);
    return new Map([...this.#sightings].filter(([, { record, deadline }]) => record && deadline > now));
  }

  /**
   * The time now. When this process was stopped, or busy, beats may just not have been read: whoever lived before
   * has another time to live.
   */
  #wake(): number {
    const before = this.#awakeAt;
    const now = (this.#awakeAt = this.clock.monotonic());
    if (now - before <= PAUSE_MS) return now;
    for (const sighting of this.#sightings.values()) {
      const { record, deadline } = sighting;
      if (record && now - before > record.ttlMs / 2 && deadline > before)
        sighting.deadline = Math.max(deadline, now + record.ttlMs);
    }
    return now;
  }

  #read(entry: KvEntry): LeaseRecord | undefined {
    const record = readRecord(entry.value);
    // An entry under another name would put one instance into two lists, or twice into one.
    if (record && keyOf(record.instance.service, record.instance.id) === entry.key) return record;
    this.onIgnored(entry.key);
    return undefined;
  }
}

/** An instance that has not changed stays the same object, so that lists can be compared. */
function unchanged(before: LeaseRecord | undefined, now: LeaseRecord | undefined): LeaseRecord | undefined {
  if (!before || !now || JSON.stringify(before.instance) !== JSON.stringify(now.instance)) return now;
  return { ...now, instance: before.instance };
}
