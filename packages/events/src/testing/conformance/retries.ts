import { expect, it } from '@jest/globals';
import { type BrokerFeatures } from '../../broker/features.js';
import { type ConformanceRig, DONE, idsOf } from '../conformance-rig.js';

/** A failed attempt is repeated when asked, by whoever is there, and disturbs nobody. */
export function retryTests(rig: () => ConformanceRig, features: BrokerFeatures): void {
  if (!features.delay) return;

  it('tries again after the pause, not before, and counts', async () => {
    const broker = await rig().open();
    const times: number[] = [];
    const { seen } = await rig().collect(broker, rig().consumer(), async ({ attempt }) => {
      times.push(rig().clock.now());
      return attempt < 4 ? rig().retry([100, 1_000, 7_000][attempt - 1] ?? 0) : DONE;
    });
    await broker.publish(rig().message());
    await rig().until('four attempts', () => seen.length === 4);
    await rig().quiet(10_000);
    expect(seen.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
    const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    for (const [index, asked] of [100, 1_000, 7_000].entries()) {
      expect(pauses[index]).toBeGreaterThanOrEqual(asked);
      expect(pauses[index]).toBeLessThan(asked + 400);
    }
  });

  it('lets other events pass one that is waiting to be tried again', async () => {
    const broker = await rig().open();
    const poison = rig().message('poison');
    const { seen } = await rig().collect(
      broker,
      rig().consumer(),
      async ({ message }) => (message.id === poison.id ? rig().retry(600_000) : DONE),
      1,
    );
    const others = [rig().message(), rig().message()];
    for (const message of [poison, ...others]) await broker.publish(message);
    await rig().until('all tried', () => seen.length === 3);
    expect(idsOf(seen)).toEqual([poison, ...others].map(({ id }) => id));
  });

  it('repeats only the consumer that failed', async () => {
    const broker = await rig().open();
    const good = await rig().collect(broker, rig().consumer('good'));
    const bad = await rig().collect(broker, rig().consumer('bad'), async () => rig().retry(100));
    await broker.publish(rig().message());
    await rig().until('five attempts', () => bad.seen.length === 5);
    expect(good.seen).toHaveLength(1);
  });

  it('has another process make the next attempt when the first has gone', async () => {
    const one = await rig().open();
    const first = await rig().collect(one, rig().consumer(), async () => rig().retry(500));
    await one.publish(rig().message());
    await rig().until('tried', () => first.seen.length === 1);
    await first.consumption.stop();
    await one.close();
    const second = await rig().collect(await rig().open());
    await rig().until('tried elsewhere', () => second.seen.length === 1);
    expect(second.seen[0]?.attempt).toBe(2);
  });
}
