import { expect, it } from '@jest/globals';
import { type Broker } from '../../broker/broker.js';
import { type BrokerFeatures } from '../../broker/features.js';
import { type ConformanceRig, DONE, idsOf } from '../conformance-rig.js';

/** What failed for good waits where it can be looked at, replayed and discarded. */
export function deadLetterTests(rig: () => ConformanceRig, features: BrokerFeatures): void {
  async function bury(broker: Broker, types: readonly string[], handler = 'bad') {
    const refusing = await rig().collect(broker, rig().consumer(handler), async () => rig().dead('broken'));
    for (const type of types) await broker.publish(rig().message(type));
    await rig().until(
      'buried',
      async () => (await broker.deadLetters.list({ handler })).length === types.length,
    );
    await refusing.consumption.stop();
    return refusing;
  }

  it('keeps the event, who gave up on it, how often it was tried and why', async () => {
    const broker = await rig().open();
    const start = rig().clock.now();
    const message = rig().message();
    await rig().collect(broker, rig().consumer('bad'), async ({ attempt }) =>
      attempt === 1 && features.delay ? rig().retry(1_000) : rig().dead('broken'),
    );
    await broker.publish(message);
    await rig().until('buried', async () => (await broker.deadLetters.list({})).length === 1);
    const [letter] = await broker.deadLetters.list({});
    expect(letter).toMatchObject({
      message,
      group: 'g',
      handler: 'bad',
      attempts: features.delay ? 2 : 1,
      failure: { name: 'Error', message: 'broken', stack: 'Error: broken', traceparent: '00-1-2-01' },
    });
    expect(letter?.firstFailedAt).toBeLessThan(start + 1_000);
    expect(letter?.failure.at).toBeGreaterThanOrEqual(start + (features.delay ? 1_000 : 0));
    await rig().quiet();
    expect((await broker.status())[0]).toMatchObject({ backlog: 0, inFlight: 0, deadLetters: 1 });
  });

  it('finds them by group, handler, type and id, oldest first', async () => {
    const broker = await rig().open();
    await bury(broker, ['a', 'b', 'a']);
    const { deadLetters } = broker;
    const all = await deadLetters.list({});
    expect(all.map(({ message }) => message.type)).toEqual(['a', 'b', 'a']);
    expect(await deadLetters.list({ type: 'a', limit: 1 })).toEqual([all[0]]);
    expect(await deadLetters.list({ ids: [all[1]?.id ?? ''] })).toEqual([all[1]]);
    expect(await deadLetters.list({ ids: [] })).toEqual([]);
    expect(await deadLetters.list({ ids: ['no such id'] })).toEqual([]);
    expect(await deadLetters.list({ group: 'other' })).toEqual([]);
    expect(await deadLetters.list({ handler: 'bad', group: 'g' })).toHaveLength(3);
  });

  it('replays to the consumer that failed alone, with all attempts', async () => {
    const broker = await rig().open();
    const good = await rig().collect(broker, rig().consumer('good'));
    await bury(broker, ['a', 'b']);
    const again = await rig().collect(broker, rig().consumer('bad'));
    expect(await broker.deadLetters.replay({ type: 'b' })).toBe(1);
    await rig().until('delivered', () => again.seen.length === 1);
    await rig().quiet();
    expect(again.seen[0]).toMatchObject({ attempt: 1, message: { type: 'b' } });
    expect(idsOf(good.seen)).toHaveLength(2);
    expect(await broker.deadLetters.list({})).toHaveLength(1);
  });

  it('discards, and does not deliver what was discarded', async () => {
    const broker = await rig().open();
    await bury(broker, ['a', 'b', 'c']);
    expect(await broker.deadLetters.discard({ limit: 2 })).toBe(2);
    expect((await broker.deadLetters.list({})).map(({ message }) => message.type)).toEqual(['c']);
    expect(await broker.deadLetters.discard({ type: 'nothing' })).toBe(0);
    const again = await rig().collect(broker, rig().consumer('bad'), async () => DONE);
    await rig().quiet();
    expect(again.seen).toHaveLength(0);
  });
}
