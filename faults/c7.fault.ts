import { join } from 'node:path';
import { seededRandom } from '@rookery/common/testing';
import { eventually, FleetHarness } from '@rookery/testing';
import { type Experiment, quantile } from './experiment.ts';
import { bootCaller } from './fixtures/caller.ts';
import { type LoadCall, openLoop, warmUp } from './fixtures/open-loop.ts';
import { openRegistryPlace } from './fixtures/registry-place.ts';
import { summarize } from './fixtures/summary.ts';

const RATE = 300;
const REPLICAS = 3;
const BEFORE_MS = 8_000;
const SLOW_MS = 12_000;
/** The time in which the callers have to find out. */
const LEARNING_MS = 2_000;
/** A second late is still in time, so it is the latency that has to tell: nothing fails, and nothing is tried twice. */
const POLICY = { timeout: { total: '2s' }, retry: false, circuitBreaker: false } as const;

interface Answer {
  readonly pid: number;
}

/** How long a process that does nothing else had to wait for the machine. */
interface Lateness {
  readonly seenAt: number;
  readonly ms: number;
}

/**
 * One of three replicas takes a second longer from some moment on, and goes on answering well. Its share is that of the
 * calls sent after the two seconds in which it has to fall. The p99 is that of all calls sent since it became slow, those
 * two seconds included: the calls that have found it out are callers' calls as well. How late the machine itself was stands
 * beside it: a process that does nothing else waited that long before and after, to the same quantile.
 */
const c7: Experiment = {
  title: `one of ${REPLICAS} replicas gets 1 s slower at ${RATE} calls a second`,
  async run(seed) {
    const random = seededRandom(seed);
    await using registry = await openRegistryPlace('lease-file');
    const late: Lateness[] = [];
    await using fleet = await FleetHarness.create({
      onLine: (line, { name }) =>
        void (name === 'idle'
          ? late.push({ seenAt: performance.now(), ms: Number(line) })
          : console.error(line)),
    });
    const script = join(import.meta.dirname, 'fixtures', 'slowing-replica.ts');
    for (let n = 1; n <= REPLICAS; n += 1)
      fleet.start({ name: `worker-${n}`, script, args: [registry.place] });
    const caller = await bootCaller(registry.place, { policy: POLICY });
    try {
      await eventually(
        'all replicas are registered',
        async () => (await caller.registry.discover('worker').catch(() => [])).length === REPLICAS,
      );
      const call = () => caller.client.get<Answer>('/work');
      await warmUp(RATE, call);
      const victim = fleet.processes[Math.floor(random() * REPLICAS)];
      const slowAt = BEFORE_MS + random() * 1_000;
      const start = performance.now();
      fleet.start({ name: 'idle', script: join(import.meta.dirname, 'fixtures', 'idle.ts') });
      setTimeout(() => victim?.signal('SIGUSR2'), slowAt);
      const calls = await openLoop(RATE, slowAt + SLOW_MS, call);
      const machine = (from: number, to: number) =>
        late.filter(({ seenAt }) => seenAt - start >= from && seenAt - start < to).map(({ ms }) => ms);
      return judge(calls, slowAt, victim?.pid, machine);
    } finally {
      await caller.close();
    }
  },
};

export default c7;

function judge(
  calls: readonly LoadCall<Answer>[],
  slowAt: number,
  victim: number | undefined,
  machine: (from: number, to: number) => number[],
) {
  const took = (some: readonly LoadCall[]) => some.map(({ at, until }) => until - at);
  const before = calls.filter(({ at }) => at < slowAt);
  const since = calls.filter(({ at }) => at >= slowAt);
  const learnt = since.filter(({ at }) => at >= slowAt + LEARNING_MS);
  const share = (some: readonly LoadCall<Answer>[]) =>
    (100 * some.filter(({ answer }) => answer?.pid === victim).length) / some.length;
  const idle = [machine(0, slowAt), machine(slowAt, Infinity)].map((late) => quantile(late, 0.99).toFixed(1));
  const [usual, p99] = [quantile(took(before), 0.99), quantile(took(since), 0.99)];
  return summarize(calls, {
    [`its share before: ${share(before).toFixed(1)} %, from 20 to 47`]:
      share(before) >= 20 && share(before) <= 47,
    [`its share from ${LEARNING_MS / 1_000} s after it became slow on: ${share(learnt).toFixed(2)} %, at most 2`]:
      share(learnt) <= 2,
    [`p99 since it is slow ${p99.toFixed(1)} ms, at most 1.3 x the ${usual.toFixed(1)} ms before (an idle process was ${idle.join(' and ')} ms late)`]:
      p99 <= 1.3 * usual,
  });
}
