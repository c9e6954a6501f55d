import { expect, it } from '@jest/globals';
import { VirtualClock } from '@rookery/common/testing';
import { LeaseLostError } from '../../broker/lease-lost.error.js';
import { type Outcome } from '../../broker/delivery.js';
import { type ConformanceRig, DONE } from '../conformance-rig.js';

/** An event being handled stays with its process for as long as that shows signs of life, and no longer. */
export function leaseTests(rig: () => ConformanceRig): void {
  /** A handler that ends when the test says so. */
  function held() {
    let finish: (outcome: Outcome) => void = () => {};
    const handle = () => new Promise<Outcome>((resolve) => (finish = resolve));
    return { handle, finish: (outcome: Outcome) => finish(outcome) };
  }

  it('leaves a long-running event alone while its process renews the lease', async () => {
    const long = held();
    const one = await rig().collect(await rig().open(), rig().consumer(), long.handle);
    const broker = await rig().open();
    await broker.publish(rig().message());
    await rig().until('begun', () => one.seen.length === 1);
    const two = await rig().collect(broker);
    await rig().quiet(120_000);
    long.finish(DONE);
    await rig().quiet();
    expect(two.seen).toHaveLength(0);
    expect(one.seen[0]?.signal.aborted).toBe(false);
    expect(rig().log.of('warn')).toEqual([]);
  });

  it('takes the event from a process that stands still, and ignores its late result', async () => {
    const frozen = new VirtualClock();
    const stuck = held();
    const one = await rig().collect(await rig().open(frozen), rig().consumer(), stuck.handle);
    const broker = await rig().open();
    await broker.publish(rig().message());
    await rig().until('begun', async () => {
      await frozen.advance(50);
      return one.seen.length === 1;
    });
    const two = await rig().collect(broker, rig().consumer(), async () => rig().retry(600_000));
    await rig().until('taken over', () => two.seen.length === 1);
    expect(two.seen[0]?.attempt).toBe(2);
    stuck.finish(DONE);
    await rig().until('refused', () =>
      rig()
        .log.of('warn')
        .some((line) => line.includes('lease was lost')),
    );
    const { backlog } = (await broker.status())[0] ?? {};
    expect(backlog).toBe(1);
  });

  it('tells a handler through its signal that it has lost the event', async () => {
    const frozen = new VirtualClock();
    const one = await rig().collect(await rig().open(frozen), rig().consumer(), held().handle);
    const broker = await rig().open();
    await broker.publish(rig().message());
    await rig().until('begun', async () => {
      await frozen.advance(50);
      return one.seen.length === 1;
    });
    const two = await rig().collect(broker);
    await rig().until('taken over', () => two.seen.length === 1);
    await frozen.advance(60_000);
    await rig().until('told', () => one.seen[0]?.signal.aborted === true);
    expect(one.seen[0]?.signal.reason).toBeInstanceOf(LeaseLostError);
  });
}
