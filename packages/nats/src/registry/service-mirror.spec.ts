import { type KvEntry } from '@nats-io/kv';
import { VirtualClock } from '@rookery/common/testing';
import { sampleInstance } from '@rookery/discovery/testing';
import { keyOf } from './lease-keys.js';
import { ServiceMirror } from './service-mirror.js';

const TTL = 10_000;

describe('a mirror of what NATS keeps for a service', () => {
  let clock: VirtualClock;
  let mirror: ServiceMirror;
  let ignored: number;
  let revision: number;

  beforeEach(() => {
    clock = new VirtualClock();
    ignored = 0;
    revision = 0;
    mirror = new ServiceMirror(clock, () => (ignored += 1));
  });

  const entry = (id: string, value: unknown, facts: Partial<KvEntry> = {}): KvEntry => {
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return {
      bucket: 'b',
      key: keyOf('users', id),
      value: new TextEncoder().encode(text),
      created: new Date(0),
      revision: (revision += 1),
      operation: 'PUT',
      length: text.length,
      rawKey: '',
      json: () => value as never,
      string: () => text,
      ...facts,
    };
  };
  const lease = (id: string, facts = {}, ttlMs = TTL) =>
    entry(id, { v: 1, token: 't', ttlMs, instance: { ...sampleInstance({ id }), ...facts } });
  const deletion = (id: string) => entry(id, '', { operation: 'DEL' });
  const ids = () => mirror.living().map(({ id }) => id);
  /** As a watch looks: often enough never to look stopped. */
  const pass = async (ms: number) => {
    for (let left = ms; left > 0; left -= 250) {
      await clock.advance(Math.min(250, left));
      mirror.living();
    }
  };

  it('lists in the order of the ids who was told or read', () => {
    mirror.see(lease('b'), 0);
    mirror.see(lease('a'), TTL / 2);
    expect(ids()).toEqual(['a', 'b']);
  });

  it('lets everybody live for one time to live since the last beat that was told', async () => {
    mirror.see(lease('beats'), 0);
    mirror.see(lease('silent'), 0);
    await pass(TTL - 1);
    mirror.see(lease('beats'), 0);
    expect(ids()).toEqual(['beats', 'silent']);
    await pass(1);
    expect(ids()).toEqual(['beats']);
    await pass(TTL - 1);
    expect(ids()).toEqual([]);
  });

  it('gives who is seen for the first time what is left of its time to live by its age', async () => {
    mirror.see(lease('old'), TTL - 500);
    mirror.see(lease('dead'), TTL);
    mirror.see(lease('long dead'), 100 * TTL);
    expect(ids()).toEqual(['old']);
    await pass(500);
    expect(ids()).toEqual([]);
  });

  it('forgets at once who was deleted, also when the deletion was read', () => {
    mirror.see(lease('told'), 0);
    mirror.see(lease('read'), 0);
    mirror.see(deletion('told'), 0);
    mirror.see(deletion('read'), 60_000);
    expect(ids()).toEqual([]);
    expect(ignored).toBe(0);
  });

  it('believes a later revision, in whatever order they come', () => {
    const first = lease('a', { port: 1 });
    const second = lease('a', { port: 2 });
    const gone = deletion('b');
    const late = { ...lease('b'), revision: gone.revision - 1 };
    for (const seen of [second, first, gone, late]) mirror.see(seen, 0);
    expect(mirror.living().map(({ port }) => port)).toEqual([2]);
  });

  it('keeps the object of an instance that has not changed, and replaces one that has', () => {
    mirror.see(lease('a'), 0);
    const [before] = mirror.living();
    mirror.see(lease('a'), 0);
    expect(mirror.living()[0]).toBe(before);
    mirror.see(lease('a', { status: 'draining' }), 0);
    expect(mirror.living()[0]).toMatchObject({ id: 'a', status: 'draining' });
  });

  it.each<[string, () => KvEntry]>([
    ['is no JSON', () => entry('a', '{')],
    ['has another version', () => entry('a', { v: 2 })],
    ['stands under another id', () => ({ ...lease('b'), key: keyOf('users', 'a') })],
    ['stands under another service', () => ({ ...lease('a'), key: keyOf('orders', 'a') })],
    ['lasts for longer than a day', () => lease('a', {}, 86_400_001)],
  ])('ignores an entry that %s, counts it once, and lets it replace what was there', (_what, make) => {
    mirror.see(lease('a'), 0);
    const bad = make();
    mirror.see(bad, 0);
    mirror.see(bad, 0);
    expect(ignored).toBe(1);
    expect(ids()).toEqual(bad.key === keyOf('users', 'a') ? [] : ['a']);
    expect(mirror.dead()).toEqual([]);
  });

  it('names the dead with the revision that may be deleted', async () => {
    mirror.see(lease('alive'), 0);
    const dead = lease('dead');
    mirror.see(dead, TTL);
    mirror.see(deletion('deleted'), 0);
    expect(mirror.dead()).toEqual([{ key: dead.key, revision: dead.revision }]);
  });

  it('gives everybody another time to live when this process was stopped, but not to who was dead before', async () => {
    mirror.see(lease('alive'), 0);
    mirror.see(lease('dead'), TTL);
    await clock.advance(3 * TTL);
    expect(ids()).toEqual(['alive']);
    await pass(TTL);
    expect(ids()).toEqual([]);
  });

  it('gives that time also to who was told between the last look and the stop', async () => {
    await pass(1_000);
    await clock.advance(100);
    mirror.see(lease('told'), 0);
    await clock.advance(3 * TTL);
    mirror.see(lease('first after it'), 0);
    expect(ids()).toEqual(['first after it', 'told']);
  });

  it('gives none to who is read only after the stop, and was dead by then', async () => {
    await clock.advance(3 * TTL);
    mirror.see(lease('read'), TTL + 1);
    expect(ids()).toEqual([]);
  });

  it('gives none to who is read anew with a later beat than was told: the server knows better', () => {
    mirror.see(lease('a'), 0);
    mirror.see(lease('a'), TTL);
    expect(ids()).toEqual([]);
  });

  it('does not take looks that come late for a stop, however short the lease', async () => {
    mirror.see(lease('short', {}, 1_000), 0);
    await clock.advance(2_000);
    expect(ids()).toEqual([]);
  });

  it('remembers the dead for a while, so that a late reading does not bring them back, and then forgets them', async () => {
    const old = lease('a');
    mirror.see(old, 0);
    mirror.see(deletion('a'), 0);
    await pass(9 * 60_000);
    mirror.see(old, 0);
    expect(ids()).toEqual([]);
    await pass(2 * 60_000);
    mirror.see(old, 0);
    expect(ids()).toEqual(['a']);
  });
});
