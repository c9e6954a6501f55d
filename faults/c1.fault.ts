import { join } from 'node:path';
import { seededRandom } from '@rookery/common/testing';
import { eventually, FleetHarness } from '@rookery/testing';
import { type Experiment, quantile } from './experiment.ts';
import { bootCaller } from './fixtures/caller.ts';

const RATE = 300;
const CALLS = 16 * RATE;
const REPLICAS = 3;

interface Call {
  /** When it was sent and when it ended, in milliseconds since the load began. */
  readonly at: number;
  readonly until: number;
  readonly failed: boolean;
}

/** Open-loop load on three replicas, one of which is killed with SIGKILL at a random moment of the fourth second. */
const c1: Experiment = {
  title: `kill -9 of one of ${REPLICAS} replicas at ${RATE} calls a second`,
  async run(seed) {
    const random = seededRandom(seed);
    await using fleet = await FleetHarness.create();
    const directory = join(fleet.directory, 'registry');
    for (let n = 1; n <= REPLICAS; n += 1) {
      fleet.start({
        name: `worker-${n}`,
        script: join(import.meta.dirname, 'fixtures', 'replica.ts'),
        args: [directory],
      });
    }
    const caller = await bootCaller(directory);
    let retries = 0;
    caller.policies.events$.subscribe(({ type }) => (retries += type === 'retry' ? 1 : 0));
    try {
      await eventually(
        'all replicas are registered',
        async () => (await caller.registry.discover('worker').catch(() => [])).length === REPLICAS,
      );
      // Connections, compiled code and latencies as after some time of work.
      await load(300, () => caller.client.get('/work'));
      retries = 0;
      const victim = fleet.processes[Math.floor(random() * REPLICAS)];
      const killAt = (3 + random()) * 1_000;
      setTimeout(() => victim?.signal('SIGKILL'), killAt);
      const calls = await load(CALLS, () => caller.client.get('/work'));
      return judge(calls, killAt, retries);
    } finally {
      await caller.close();
    }
  },
};

export default c1;

/** Sends calls at the rate, whether or not the earlier ones were answered: a slow answer must not hide the load. */
async function load(count: number, call: () => Promise<unknown>): Promise<Call[]> {
  const start = performance.now();
  const calls: Promise<Call>[] = [];
  while (calls.length < count) {
    const due = Math.min(count, Math.floor(((performance.now() - start) / 1_000) * RATE) + 1);
    while (calls.length < due) calls.push(timed(start, call));
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  return Promise.all(calls);
}

async function timed(start: number, call: () => Promise<unknown>): Promise<Call> {
  const at = performance.now() - start;
  const failed = await call().then(
    () => false,
    () => true,
  );
  return { at, until: performance.now() - start, failed };
}

function judge(calls: readonly Call[], killAt: number, retries: number) {
  const took = ({ at, until }: Call) => until - at;
  const before = quantile(calls.filter(({ until }) => until < killAt).map(took), 0.99);
  const p99 = quantile(calls.map(took), 0.99);
  const failed = calls.filter((call) => call.failed).length;
  // A call was affected when it failed or took longer than nearly all calls before the kill.
  const affected = calls.filter((call) => call.until > killAt && (call.failed || took(call) > 3 * before));
  const lastAffected = Math.max(0, ...affected.map(({ at }) => at - killAt));
  return {
    sent: calls.length,
    ok: calls.length - failed,
    failed,
    lost: 0,
    duplicated: 0,
    p50: quantile(calls.map(took), 0.5),
    p99,
    figures: {
      [`failed calls: ${failed}, at most 0`]: failed === 0,
      [`retries: ${retries}, fewer than 1 % of the calls`]: retries < calls.length / 100,
      [`last affected call sent ${lastAffected.toFixed(0)} ms after the kill, at most 500`]:
        lastAffected <= 500,
      [`p99 ${p99.toFixed(1)} ms, at most 3 x the ${before.toFixed(1)} ms before the kill`]:
        p99 <= 3 * before,
    },
  };
}
