import { sampleInstance } from '../testing/sample-instance.js';
import { type LeaseRecord } from './lease-record.js';
import { Sighting } from './sighting.js';

const TTL = 30_000;

function record(facts: Partial<LeaseRecord> = {}): LeaseRecord {
  const owner = { realm: 'here', pid: 1, started: '1' };
  return { v: 1, token: 't', seq: 1, ttlMs: TTL, renewedAt: 0, owner, instance: sampleInstance(), ...facts };
}

describe('what is known of a lease', () => {
  it('ends a time to live after it was last seen to change, whatever the wall clock says', () => {
    const sighting = new Sighting(record({ renewedAt: 5_000 }), 0, 5_000);
    sighting.seen(record({ seq: 2, renewedAt: 99_999_999_999 }), 20_000);
    expect(sighting.lives(49_999)).toBe(true);
    expect(sighting.lives(50_000)).toBe(false);
    sighting.seen(record({ seq: 2 }), 60_000);
    expect(sighting.lives(60_000)).toBe(false);
    sighting.seen(record({ seq: 3, renewedAt: 0 }), 70_000);
    expect(sighting.lives(99_999)).toBe(true);
  });

  it('goes by the time in the file at first sight, and never by one in the future', () => {
    expect(new Sighting(record({ renewedAt: 0 }), 500, 20_000).lives(10_499)).toBe(true);
    expect(new Sighting(record({ renewedAt: 0 }), 500, 20_000).lives(10_500)).toBe(false);
    expect(new Sighting(record({ renewedAt: 9_999_999 }), 500, 20_000).lives(30_500)).toBe(false);
  });

  it('is forgiven when this process did not look for more than half its time to live', () => {
    const sighting = new Sighting(record(), 0, 0);
    sighting.forgive(40_000, 1_000, 41_000);
    expect(sighting.lives(70_999)).toBe(true);
    expect(sighting.lives(71_000)).toBe(false);
  });

  it('is not forgiven for a short gap, nor when it was dead before the gap', () => {
    const short = new Sighting(record(), 0, 0);
    short.forgive(TTL / 2, 15_000, 30_000);
    expect(short.lives(30_000)).toBe(false);
    const dead = new Sighting(record(), 0, 0);
    dead.forgive(60_000, 31_000, 91_000);
    expect(dead.lives(91_000)).toBe(false);
  });

  it('is over at once when its process has ended, until somebody else takes it', () => {
    const sighting = new Sighting(record(), 0, 0);
    sighting.markGone();
    expect(sighting.lives(1)).toBe(false);
    sighting.seen(record({ seq: 2 }), 2);
    expect(sighting.lives(3)).toBe(false);
    sighting.seen(record({ token: 'next' }), 4);
    expect(sighting.lives(5)).toBe(true);
  });

  it('keeps the same object for an instance that has not changed', () => {
    const sighting = new Sighting(record(), 0, 0);
    const { instance } = sighting;
    sighting.seen(record({ seq: 2, instance: sampleInstance() }), 1);
    expect(sighting.instance).toBe(instance);
    sighting.seen(record({ seq: 3, instance: sampleInstance({ weight: 2 }) }), 2);
    expect(sighting.instance.weight).toBe(2);
  });

  it('expires also with a lease shorter than the time between two looks', () => {
    const sighting = new Sighting(record({ renewedAt: 0, ttlMs: 500 }), 0, 0);
    for (let look = 1_200; look < 5_000; look += 1_200) sighting.forgive(1_200, look - 1_200, look);
    expect(sighting.lives(3_600)).toBe(false);
  });
});
