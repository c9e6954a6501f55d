import { Agent, get, type RequestOptions } from 'node:http';
import { join } from 'node:path';
import { seededRandom } from '@rookery/common/testing';
import { eventually, FleetHarness, freePort } from '@rookery/testing';
import { type Experiment, quantile } from './experiment.ts';
import { poissonLoad } from './fixtures/poisson-load.ts';

/** What the 8 slots of 80 ms can do, in calls a second. */
const CAPACITY = 100;
const OVERLOAD = 3;
const OVERLOAD_MS = 30_000;
const CALM_MS = 10_000;
/** The limit starts at 20, and has this long to find out that 8 is more like it. */
const ADAPTING_MS = 5_000;
/** Without the limit the experiment is shown for a shorter time: every second of it adds two to what waits. */
const NAIVE_MS = 5_000;
/** The share of the calls that matter more. */
const HIGH = 0.1;

/** One call, as its caller saw it. */
interface Call {
  /** When it was sent, in milliseconds since its part began. */
  readonly at: number;
  readonly status: number;
  readonly high: boolean;
  readonly tookMs: number;
}

/** The calls of a while, and how they ended. */
interface Part {
  readonly calls: readonly Call[];
  readonly lastedMs: number;
}

/** A service, and load on it. */
interface Service {
  load(times: number, durationMs: number): Promise<Part>;
  /** How long the health endpoint took each time that it was asked; `Infinity` when it did not answer well. */
  readonly health: readonly number[];
  /** How long a process that does nothing else had to wait for the machine, in milliseconds, look after look. */
  readonly late: readonly number[];
}

/**
 * Three times as many calls as a service can answer, for half a minute, over real connections. The service
 * has a concurrency limit, which has to find out by itself what the service can do.
 */
const c9: Experiment = {
  title: `${OVERLOAD} x the capacity of ${CAPACITY} calls a second for ${OVERLOAD_MS / 1_000} s`,
  async run(seed) {
    const random = seededRandom(seed);
    const parts = await withService('limited', random, async (service) => {
      // Connections, compiled code and latencies as after some time of work.
      await service.load(0.9, 4_000);
      const before = await service.load(0.9, CALM_MS);
      const looks = service.late.length;
      const during = await service.load(OVERLOAD, OVERLOAD_MS);
      const late = service.late.slice(looks);
      const after = await service.load(0.9, CALM_MS);
      return { before, during, after, late, health: service.health };
    });
    const naive = await withService('naive', random, async (service) => {
      await service.load(0.9, 4_000);
      return service.load(OVERLOAD, NAIVE_MS);
    });
    const { before, during, after } = parts;
    const calls = [before, during, after].flatMap((part) => part.calls);
    const took = calls.map(({ tookMs }) => tookMs);
    const ok = calls.filter(accepted).length;
    return {
      sent: calls.length,
      ok,
      failed: calls.length - ok,
      p50: quantile(took, 0.5),
      p99: quantile(took, 0.99),
      figures: {
        ...judge(before, during, after),
        ...judgeRefusals(during, parts.late),
        ...judgeHealth(parts.health),
        ...compare(before, naive),
      },
    };
  },
};

export default c9;

const accepted = ({ status }: Call) => status === 200;
const rejected = ({ status }: Call) => status === 503;

/** Runs the service as a process of its own, with somebody who asks for its health four times a second. */
async function withService<T>(
  guard: 'limited' | 'naive',
  random: () => number,
  work: (service: Service) => Promise<T>,
): Promise<T> {
  const late: number[] = [];
  await using fleet = await FleetHarness.create({
    onLine: (line, { name }) => void (name === 'idle' ? late.push(Number(line)) : console.error(line)),
  });
  const port = await freePort();
  const fixture = (name: string) => join(import.meta.dirname, 'fixtures', `${name}.ts`);
  fleet.start({ name: 'overloaded', script: fixture('overloaded'), args: [String(port), guard] });
  fleet.start({ name: 'idle', script: fixture('idle') });
  const agent = new Agent({ keepAlive: true });
  const ask = (path: string, priority: string) =>
    request({ host: '127.0.0.1', port, path, agent, headers: { 'x-priority': priority } });
  await eventually('the service answers', async () => (await ask('/health', 'normal')).status === 200);
  const health: number[] = [];
  const asking = setInterval(() => {
    void ask('/health', 'normal').then(({ status, tookMs }) =>
      health.push(status === 200 ? tookMs : Infinity),
    );
  }, 250);
  try {
    return await work({
      health,
      late,
      async load(times, durationMs) {
        const calls: Call[] = [];
        const start = performance.now();
        await poissonLoad(times * CAPACITY, durationMs, random, async () => {
          const high = random() < HIGH;
          const at = performance.now() - start;
          calls.push({ at, high, ...(await ask('/work', high ? 'high' : 'normal')) });
        });
        return { calls, lastedMs: performance.now() - start };
      },
    });
  } finally {
    clearInterval(asking);
    agent.destroy();
  }
}

/** A request with a status of 0 when the connection failed. */
function request(options: RequestOptions): Promise<{ status: number; tookMs: number }> {
  const start = performance.now();
  const since = () => performance.now() - start;
  return new Promise((resolve) => {
    get(options, (response) => {
      response.resume();
      response.on('end', () => resolve({ status: response.statusCode ?? 0, tookMs: since() }));
    }).on('error', () => resolve({ status: 0, tookMs: since() }));
  });
}

function judge(before: Part, during: Part, after: Part): Record<string, boolean> {
  const peak = goodput(before);
  const share = goodput(during) / CAPACITY;
  const [calm, busy] = [p99(before, accepted), p99(during, accepted)];
  const adapted = p99(during, (call) => accepted(call) && call.at >= ADAPTING_MS);
  const shed = during.calls.filter((call) => call.high && !accepted(call)).length;
  const high = during.calls.filter((call) => call.high).length;
  const others = during.calls.filter((call) => !accepted(call) && !rejected(call)).length;
  const recovered = goodput(after) / peak;
  return {
    [`goodput ${goodput(during).toFixed(0)} a second, ${percent(share)} % of the ${CAPACITY} that the slots can do, at least 90`]:
      share >= 0.9,
    [`p99 of what was accepted ${busy.toFixed(0)} ms (${adapted.toFixed(0)} after the first ${ADAPTING_MS / 1_000} s), at most 2 x the ${calm.toFixed(0)} ms before`]:
      busy <= 2 * calm,
    [`rejected ${shed} of ${high} calls of high priority, at most 0`]: shed === 0,
    [`calls that ended in another way than 200 and 503: ${others}, at most 0`]: others === 0,
    [`goodput after the overload ${percent(recovered)} % of the ${peak.toFixed(0)} before, at least 95`]:
      recovered >= 0.95,
  };
}

/** How late the machine itself was stands beside it: a process that does nothing else waited that long at the same time. */
function judgeRefusals(during: Part, late: readonly number[]): Record<string, boolean> {
  const refusal = p99(during, rejected);
  const machine = quantile(late, 0.99);
  return {
    [`p99 of the rejections ${refusal.toFixed(1)} ms, at most 20 (an idle process was up to ${machine.toFixed(1)} ms late)`]:
      refusal <= 20,
  };
}

/** A second is what Kubernetes gives a probe to answer. */
function judgeHealth(health: readonly number[]): Record<string, boolean> {
  const worst = Math.max(...health);
  return {
    [`health asked ${health.length} times, answered within ${worst.toFixed(0)} ms, at most 1000`]:
      health.length > 0 && worst <= 1_000,
  };
}

/** The same without the limit, so that it shows that the experiment could fail. */
function compare(before: Part, naive: Part): Record<string, boolean> {
  const times = p99(naive, accepted) / p99(before, accepted);
  return {
    [`for comparison, without the limit: p99 ${times.toFixed(0)} x as long after ${NAIVE_MS / 1_000} s, at least 10`]:
      times >= 10,
  };
}

/** Answers a second. */
function goodput({ calls, lastedMs }: Part): number {
  return (calls.filter(accepted).length / lastedMs) * 1_000;
}

function p99({ calls }: Part, of: (call: Call) => boolean): number {
  return quantile(
    calls.filter(of).map(({ tookMs }) => tookMs),
    0.99,
  );
}

function percent(share: number): string {
  return (100 * share).toFixed(1);
}
