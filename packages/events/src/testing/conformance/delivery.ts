import { expect, it } from '@jest/globals';
import { type BrokerFeatures } from '../../broker/features.js';
import { type ConformanceRig, DONE, idsOf } from '../conformance-rig.js';

/** Events arrive, whole, in order where one at a time is handled, and no faster than asked for. */
export function deliveryTests(rig: () => ConformanceRig, features: BrokerFeatures): void {
  it('says truthfully what it can do', async () => {
    expect((await rig().open()).features).toEqual(features);
  });

  it('delivers what was published, unchanged', async () => {
    const broker = await rig().open();
    const { seen } = await rig().collect(broker);
    const message = rig().message('größe.geändert', { key: 'k', body: '{"text":"Zoë \u2028 \\u0000"}' });
    await broker.publish(message);
    await rig().until('delivered', () => seen.length === 1);
    expect(seen[0]).toMatchObject({ message, attempt: 1 });
  });

  it('carries a body of one MiB', async () => {
    const broker = await rig().open();
    const { seen } = await rig().collect(broker);
    const body = JSON.stringify({ text: 'x'.repeat(2 ** 20) });
    await broker.publish(rig().message('big', { body }));
    await rig().until('delivered', () => seen.length === 1);
    expect(seen[0]?.message.body === body).toBe(true);
  });

  it('delivers to one that handles one at a time in the order of publishing', async () => {
    const broker = await rig().open();
    const { seen } = await rig().collect(broker, rig().consumer(), async () => DONE, 1);
    const messages = Array.from({ length: 250 }, () => rig().message());
    await Promise.all(messages.map((message) => broker.publish(message)));
    await rig().until('all delivered', () => seen.length === messages.length);
    expect(idsOf(seen)).toEqual(messages.map(({ id }) => id));
  });

  it('hands out no more at a time than asked for', async () => {
    const broker = await rig().open();
    let now = 0;
    let most = 0;
    const handle = async () => {
      now += 1;
      most = Math.max(most, now);
      await new Promise((resolve) => setImmediate(resolve));
      now -= 1;
      return DONE;
    };
    const { seen } = await rig().collect(broker, rig().consumer(), handle, 3);
    await Promise.all(Array.from({ length: 30 }, () => broker.publish(rig().message())));
    await rig().until('all delivered', () => seen.length === 30);
    expect(most).toBe(3);
  });

  it('delivers only the types that are asked for, an event once however many patterns it matches', async () => {
    const broker = await rig().open();
    const { seen } = await rig().collect(broker, rig().consumer('h', ['user.*', '*.created', 'order.>']));
    const types = ['user.created', 'user.deleted', 'user.name.changed', 'order.item.added', 'invoice.sent'];
    for (const type of types) await broker.publish(rig().message(type));
    await rig().until('three delivered', () => seen.length >= 3);
    await rig().quiet();
    expect(seen.map(({ message }) => message.type).sort()).toEqual([
      'order.item.added',
      'user.created',
      'user.deleted',
    ]);
  });

  it('goes on when one consumer has stopped', async () => {
    const broker = await rig().open();
    const one = await rig().collect(broker, rig().consumer('one'));
    const two = await rig().collect(broker, rig().consumer('two'));
    await one.consumption.stop();
    await broker.publish(rig().message());
    await rig().until('delivered', () => two.seen.length === 1);
    expect(one.seen).toHaveLength(0);
  });

  if (!features.delay) return;

  it('holds an event back for as long as asked', async () => {
    const broker = await rig().open();
    const { seen } = await rig().collect(broker);
    await broker.publish(rig().message(), { delayMs: 5_000 });
    await rig().quiet(4_900);
    expect(seen).toHaveLength(0);
    await rig().until('delivered', () => seen.length === 1, 1_000);
  });
}
