import { jest } from '@jest/globals';
import { VirtualClock } from '@rookery/common/testing';
import fc from 'fast-check';
import { LinesByKey } from './lines-by-key.js';

const RATE = { limit: 1, perMs: 100, burst: 2 };

function lines(maxKeys: number) {
  const clock = new VirtualClock();
  const byKey = new LinesByKey(RATE, maxKeys, clock, (ms) => new Error(`in ${ms}`));
  /** How many tokens the key still has. */
  const left = (key: string) => [byKey.of(key).tryPass(), byKey.of(key).tryPass()].filter(Boolean).length;
  return { clock, byKey, left };
}

describe('LinesByKey', () => {
  it('gives each key a line of its own, and the same one again', () => {
    const { byKey, left } = lines(10);
    expect(byKey.of('a')).toBe(byKey.of('a'));
    expect([left('a'), left('a'), left('b'), byKey.size]).toEqual([2, 0, 2, 2]);
  });

  it('forgets the key that was longest not used when there are too many', () => {
    const { byKey, left } = lines(3);
    for (const key of ['a', 'b', 'c']) left(key);
    byKey.of('a');
    left('d');
    expect(byKey.size).toBe(3);
    expect(['a', 'c', 'd'].map(left)).toEqual([0, 0, 0]);
    expect(left('b')).toBe(2);
    expect(left('a')).toBe(2);
  });

  it('forgets full ones when new keys come, two at a time, and keeps those that are not full', async () => {
    const { clock, byKey, left } = lines(100);
    for (const key of ['a', 'b', 'c', 'd']) left(key);
    await clock.advance(150);
    left('e');
    expect(byKey.size).toBe(5);
    await clock.advance(50);
    left('f');
    expect(byKey.size).toBe(4);
    left('g');
    expect(byKey.size).toBe(3);
    left('h');
    expect(byKey.size).toBe(4);
    expect(left('e')).toBe(0);
  });

  it('looks at the second one only when the first is full', async () => {
    const { clock, byKey, left } = lines(100);
    left('empty');
    left('other');
    byKey.of('full');
    byKey.of('fresh');
    expect(byKey.size).toBe(4);
    await clock.advance(199);
    byKey.of('new');
    expect(byKey.size).toBe(5);
  });

  it('never forgets a key whose calls wait, which are not counted', async () => {
    const { clock, byKey, left } = lines(1);
    const waits = ['a', 'b'].map((key) => {
      left(key);
      return byKey.of(key).wait(undefined, Infinity);
    });
    const [a] = [byKey.of('a')];
    left('c');
    left('d');
    expect([byKey.size, byKey.of('a') === a]).toEqual([3, true]);
    await clock.advance(100);
    await Promise.all(waits);
    expect(byKey.size).toBe(1);
    expect(clock.pending).toBe(0);
  });

  it('gives no key a second bucket while its calls wait, also after a late turn that missed a deadline', async () => {
    const { clock, byKey, left } = lines(3);
    const schedule = clock.schedule.bind(clock);
    jest.spyOn(clock, 'schedule').mockImplementationOnce((ms, task) => schedule(ms + 50, task));
    const a = byKey.of('a');
    left('a');
    const late = a.wait(undefined, 120).catch((error: unknown) => error);
    await clock.advance(150);
    await expect(late).resolves.toEqual(new Error('in 0'));
    left('a');
    void byKey.of('a').wait(undefined, Infinity);
    for (const key of ['b', 'c', 'd', 'e']) left(key);
    expect([byKey.of('a') === a, byKey.size]).toEqual([true, 4]);
    await clock.advance(1_000);
    expect(byKey.size).toBe(3);
  });

  it('counts a key as used when its last call has waited', async () => {
    const { clock, byKey, left } = lines(2);
    left('a');
    const first = byKey.of('a').wait(undefined, Infinity);
    left('b');
    await clock.advance(100);
    await first;
    left('c');
    expect([byKey.size, left('a'), left('b')]).toEqual([2, 0, 2]);
  });

  it('changes the rate of every line, and forgets what is too much', async () => {
    const { clock, byKey, left } = lines(3);
    for (const key of ['a', 'b', 'c']) left(key);
    byKey.change({ limit: 10, perMs: 100, burst: 2 }, 2);
    expect(byKey.size).toBe(2);
    await clock.advance(10);
    expect([left('b'), left('c')]).toEqual([1, 1]);
    expect(left('new')).toBe(2);
    expect(byKey.size).toBe(2);
  });

  it('never remembers more keys than it may, whatever keys come', () => {
    const keys = fc.array(fc.string({ maxLength: 2 }), { size: 'max', maxLength: 200 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), keys, (maxKeys, sequence) => {
        const { byKey } = lines(maxKeys);
        let recent: string[] = [];
        for (const key of sequence) {
          const line = byKey.of(key);
          line.tryPass();
          recent = [...recent.filter((other) => other !== key), key].slice(-maxKeys);
          if (byKey.size > maxKeys) throw new Error(`${byKey.size} keys`);
          if (byKey.of(key) !== line) throw new Error('another line for the same key');
        }
        // Nothing has filled up, so exactly the most recent ones are there, and are not full.
        expect(byKey.size).toBe(recent.length);
        expect(recent.map((key) => byKey.of(key).isFull)).toEqual(recent.map(() => false));
      }),
    );
  });
});
