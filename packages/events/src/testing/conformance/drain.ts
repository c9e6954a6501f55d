import { expect, it } from '@jest/globals';
import { type Outcome } from '../../broker/delivery.js';
import { type ConformanceRig, DONE } from '../conformance-rig.js';

/** Stopping finishes what is begun and costs the rest nothing. */
export function drainTests(rig: () => ConformanceRig): void {
  it('waits for what is in flight, and begins nothing more', async () => {
    const broker = await rig().open();
    let finish: (outcome: Outcome) => void = () => {};
    const { seen, consumption } = await rig().collect(
      broker,
      rig().consumer(),
      () => new Promise<Outcome>((resolve) => (finish = resolve)),
      1,
    );
    for (let n = 0; n < 3; n += 1) await broker.publish(rig().message());
    await rig().until('begun', () => seen.length === 1);
    let stopped = false;
    const stopping = consumption.stop().then(() => (stopped = true));
    await rig().quiet();
    expect(stopped).toBe(false);
    finish(DONE);
    await stopping;
    await rig().quiet();
    expect(seen).toHaveLength(1);
    expect((await broker.status())[0]).toMatchObject({ backlog: 2, inFlight: 0 });
  });

  it('counts no attempt for what was not begun, however often it stops', async () => {
    const broker = await rig().open();
    const messages = Array.from({ length: 20 }, () => rig().message());
    await broker.declare(rig().consumer());
    await Promise.all(messages.map((message) => broker.publish(message)));
    const begun: string[] = [];
    for (let round = 0; round < 5; round += 1) {
      const { seen, consumption } = await rig().collect(broker);
      await consumption.stop();
      begun.push(...seen.map(({ message }) => message.id));
    }
    const last = await rig().collect(broker);
    await rig().until('the rest delivered', () => begun.length + last.seen.length === messages.length);
    expect(last.seen.every(({ attempt }) => attempt === 1)).toBe(true);
  });

  it('gives back an event without counting the attempt', async () => {
    const broker = await rig().open();
    let first = true;
    const { seen } = await rig().collect(broker, rig().consumer(), async () => {
      const outcome: Outcome = first ? { kind: 'release' } : DONE;
      first = false;
      return outcome;
    });
    await broker.publish(rig().message());
    await rig().until('begun twice', () => seen.length === 2);
    expect(seen.map(({ attempt }) => attempt)).toEqual([1, 1]);
  });
}
