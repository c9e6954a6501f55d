import { expect, it } from '@jest/globals';
import { type BrokerFeatures } from '../../broker/features.js';
import { type ConformanceRig, DONE, idsOf } from '../conformance-rig.js';

/** A copy for each consumer, one process a copy, and nothing lost while nobody is there. */
export function groupTests(rig: () => ConformanceRig, features: BrokerFeatures): void {
  it('gives every group and every handler its own copy', async () => {
    const broker = await rig().open();
    const all = await Promise.all([
      rig().collect(broker, rig().consumer('h1', ['>'], 'g1')),
      rig().collect(broker, rig().consumer('h2', ['>'], 'g1')),
      rig().collect(broker, rig().consumer('h1', ['>'], 'g2')),
    ]);
    const message = rig().message();
    await broker.publish(message);
    await rig().until('all delivered', () => all.every(({ seen }) => seen.length === 1));
    await rig().quiet();
    expect(all.map(({ seen }) => idsOf(seen))).toEqual([[message.id], [message.id], [message.id]]);
  });

  it('gives each event to one of the processes that share a consumer, and work to all of them', async () => {
    const publisher = await rig().open();
    const slow = async () => {
      await new Promise((resolve) => setImmediate(resolve));
      return DONE;
    };
    const workers = await Promise.all(
      [1, 2, 3].map(async () => rig().collect(await rig().open(), rig().consumer(), slow, 2)),
    );
    const messages = Array.from({ length: 200 }, () => rig().message());
    await Promise.all(messages.map((message) => publisher.publish(message)));
    const seen = () => workers.flatMap((worker) => idsOf(worker.seen));
    await rig().until('all delivered', () => seen().length >= messages.length);
    await rig().quiet();
    expect(seen().sort()).toEqual(messages.map(({ id }) => id).sort());
    for (const worker of workers) expect(worker.seen.length).toBeGreaterThan(0);
  });

  it('keeps events for a consumer that was declared, until it comes', async () => {
    const broker = await rig().open();
    await broker.declare(rig().consumer());
    const messages = [rig().message(), rig().message()];
    for (const message of messages) await broker.publish(message);
    const { seen } = await rig().collect(broker);
    await rig().until('delivered', () => seen.length === 2);
  });

  it('keeps events for a consumer that stopped, until it comes back', async () => {
    const broker = await rig().open();
    await (await rig().collect(broker)).consumption.stop();
    await broker.publish(rig().message());
    const { seen } = await rig().collect(await rig().open());
    await rig().until('delivered', () => seen.length === 1);
  });

  it('follows a consumer that asks for other types than before', async () => {
    const broker = await rig().open();
    await broker.declare(rig().consumer('h', ['old.*']));
    await broker.publish(rig().message('old.one'));
    const { seen } = await rig().collect(broker, rig().consumer('h', ['new.*']));
    await broker.publish(rig().message('old.two'));
    await broker.publish(rig().message('new.one'));
    await rig().until('delivered', () => seen.length === 2);
    await rig().quiet();
    expect(seen.map(({ message }) => message.type)).toEqual(['old.one', 'new.one']);
  });

  it('counts what waits and what is being handled', async () => {
    const broker = await rig().open();
    const never = () => new Promise<typeof DONE>(() => {});
    await rig().collect(broker, rig().consumer(), never, 2);
    for (let n = 0; n < 5; n += 1) await broker.publish(rig().message());
    await rig().until('two in flight', async () => (await broker.status())[0]?.inFlight === 2);
    expect(await broker.status()).toEqual([
      { group: 'g', handler: 'h', backlog: 3, inFlight: 2, deadLetters: 0 },
    ]);
  });

  if (!features.durable) return;

  it('keeps events and attempts over a restart of everything', async () => {
    const first = await rig().open();
    await first.declare(rig().consumer());
    await first.publish(rig().message());
    const failing = await rig().collect(first, rig().consumer(), async () => rig().retry(10_000));
    await rig().until('tried', () => failing.seen.length === 1);
    await failing.consumption.stop();
    await first.close();
    const { seen } = await rig().collect(await rig().open());
    await rig().until('tried again', () => seen.length === 1);
    expect(seen[0]?.attempt).toBe(2);
  });
}
