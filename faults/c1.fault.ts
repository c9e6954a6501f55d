import { join } from 'node:path';
import { seededRandom } from '@rookery/common/testing';
import { eventually, FleetHarness } from '@rookery/testing';
import { type Experiment, quantile } from './experiment.ts';
import { bootCaller } from './fixtures/caller.ts';
import { type LoadCall, openLoop, warmUp } from './fixtures/open-loop.ts';
import { openRegistryPlace } from './fixtures/registry-place.ts';
import { summarize } from './fixtures/summary.ts';

const RATE = 300;
const LOAD_MS = 16_000;
const REPLICAS = 3;

/** Open-loop load on three replicas, one of which is killed with SIGKILL at a random moment of the fourth second. */
const c1: Experiment = {
  title: `kill -9 of one of ${REPLICAS} replicas at ${RATE} calls a second`,
  onEveryRegistry: true,
  async run(seed, options) {
    const random = seededRandom(seed);
    await using registry = await openRegistryPlace(options.registry);
    await using fleet = await FleetHarness.create();
    for (let n = 1; n <= REPLICAS; n += 1) {
      fleet.start({
        name: `worker-${n}`,
        script: join(import.meta.dirname, 'fixtures', 'replica.ts'),
        args: [registry.place],
      });
    }
    const caller = await bootCaller(registry.place);
    const retries: number[] = [];
    caller.policies.events$.subscribe(({ type }) => type === 'retry' && retries.push(performance.now()));
    try {
      await eventually(
        'all replicas are registered',
        async () => (await caller.registry.discover('worker').catch(() => [])).length === REPLICAS,
      );
      const call = () => caller.client.get('/work');
      await warmUp(RATE, call);
      retries.length = 0;
      const began = performance.now();
      const victim = fleet.processes[Math.floor(random() * REPLICAS)];
      const killAt = (3 + random()) * 1_000;
      setTimeout(() => victim?.signal('SIGKILL'), killAt);
      const calls = await openLoop(RATE, LOAD_MS, call);
      return judge(
        calls,
        killAt,
        retries.map((at) => at - began),
      );
    } finally {
      await caller.close();
    }
  },
};

export default c1;

function judge(calls: readonly LoadCall[], killAt: number, retries: readonly number[]) {
  const took = ({ at, until }: LoadCall) => until - at;
  const before = quantile(calls.filter(({ until }) => until < killAt).map(took), 0.99);
  const p99 = quantile(calls.map(took), 0.99);
  // What the kill did to a call: it failed, or a try of it did. What only took long is in the quantile.
  const failures = calls.filter(({ failed }) => failed).map(({ until }) => until);
  const lastAffected = Math.max(0, ...[...failures, ...retries].map((at) => at - killAt));
  return summarize(calls, {
    [`retries: ${retries.length}, fewer than 1 % of the calls`]: retries.length < calls.length / 100,
    [`last call that failed or was tried again ${lastAffected.toFixed(0)} ms after the kill, at most 500`]:
      lastAffected <= 500,
    [`p99 ${p99.toFixed(1)} ms, at most 3 x the ${before.toFixed(1)} ms before the kill`]: p99 <= 3 * before,
  });
}
