import { expect, it } from '@jest/globals';
import { BrokerClosedError } from '../../broker/broker-closed.error.js';
import { type ConformanceRig, idsOf } from '../conformance-rig.js';

/** `(source, id)` is an event's identity. */
export function identityTests(rig: () => ConformanceRig): void {
  it('accepts an event that is published twice, and delivers it once', async () => {
    const one = await rig().open();
    const two = await rig().open();
    const { seen } = await rig().collect(one);
    const message = rig().message();
    expect(await one.publish(message)).toEqual({ duplicate: false });
    expect(await one.publish(message)).toMatchObject({ duplicate: true });
    expect(await two.publish(message)).toMatchObject({ duplicate: true });
    await rig().until('delivered', () => seen.length === 1);
    await rig().quiet();
    expect(await two.publish(message)).toMatchObject({ duplicate: true });
    await rig().quiet();
    expect(seen).toHaveLength(1);
  });

  it('accepts one of many publishers of an id at the same time', async () => {
    const one = await rig().open();
    const two = await rig().open();
    const message = rig().message();
    const results = await Promise.all(
      Array.from({ length: 20 }, (_, n) => (n % 2 ? one : two).publish(message)),
    );
    expect(results.filter((result) => !result.duplicate)).toHaveLength(1);
  });

  it('takes the same id of another source for another event', async () => {
    const broker = await rig().open();
    const { seen } = await rig().collect(broker);
    await broker.publish(rig().message('a', { id: 'same', source: 'x' }));
    await broker.publish(rig().message('a', { id: 'same', source: 'y' }));
    await rig().until('both delivered', () => seen.length === 2);
    expect(idsOf(seen)).toEqual(['same', 'same']);
  });

  it('refuses to publish after it was closed', async () => {
    const broker = await rig().open();
    await broker.close();
    await expect(broker.publish(rig().message())).rejects.toThrow(BrokerClosedError);
  });
}
