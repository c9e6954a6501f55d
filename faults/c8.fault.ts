import 'reflect-metadata';
import { join } from 'node:path';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { getHttpClientToken, type HttpServiceClient } from '@rookery/client';
import { seededRandom } from '@rookery/common/testing';
import { DiscoveryModule, leaseFileRegistry, ServiceRegistry } from '@rookery/discovery';
import { eventually, FleetHarness } from '@rookery/testing';
import { type Experiment } from './experiment.ts';
import { callsTo, type Guard, type Outage } from './fixtures/chain.ts';
import { type LoadCall, openLoop } from './fixtures/open-loop.ts';
import { callLine } from './fixtures/summary.ts';

const RATE = 120;
const OUTAGE_MS = 8_000;
const AFTER_MS = 6_000;
/** An unguarded chain is shown under less load and for a shorter time: the machine could not bear more of it. */
const NAIVE_RATE = 20;
const NAIVE_MS = 2_000;

/** What a chain made of one outage. */
interface Story {
  readonly calls: readonly LoadCall[];
  readonly failAt: number;
  readonly wellAt: number;
  /** Calls that reached the bottom while it failed, and over the whole load. */
  readonly reached: { readonly outage: number; readonly all: number };
}

/**
 * This process calls edge, edge calls middle, middle calls bottom, and each makes up to three attempts: 27 for one call
 * when nothing holds them back. Then the bottom fails every call for eight seconds, and is well again.
 */
const c8: Experiment = {
  title: `retry storm in a chain of three hops at ${RATE} calls a second, the backend down for ${OUTAGE_MS / 1_000} s`,
  async run(seed) {
    const random = seededRandom(seed);
    const stories: Record<string, Story> = {};
    for (const outage of ['error', 'cut', 'hang'] as const) {
      stories[outage] = await play('guarded', outage, RATE, OUTAGE_MS, random());
    }
    const naive = await play('naive', 'error', NAIVE_RATE, NAIVE_MS, random());
    const calls = Object.values(stories).flatMap((story) => story.calls);
    return {
      ...callLine(calls),
      figures: Object.assign(
        {},
        ...Object.entries(stories).map(([outage, story]) => judge(outage, story)),
        comparison(naive),
      ) as Record<string, boolean>,
    };
  },
};

export default c8;

/** Boots a chain, lets its backend fail once under load, and counts. */
async function play(
  guard: Guard,
  outage: Outage,
  rate: number,
  outageMs: number,
  moment: number,
): Promise<Story> {
  await using fleet = await FleetHarness.create();
  const directory = join(fleet.directory, 'registry');
  const start = (name: string, script: string, ...args: string[]) =>
    fleet.start({ name, script: join(import.meta.dirname, 'fixtures', script), args: [directory, ...args] });
  start('bottom', 'chain-bottom.ts');
  start('middle', 'chain-hop.ts', 'middle', 'bottom', guard);
  start('edge', 'chain-hop.ts', 'edge', 'middle', guard);

  class App {}
  Module({
    imports: [
      DiscoveryModule.forRoot({ registry: leaseFileRegistry({ directory }), advertise: false }),
      ...callsTo('edge', guard),
    ],
  })(App);
  const app = await NestFactory.createApplicationContext(App, { logger: ['error'] });
  try {
    const edge = app.get<HttpServiceClient>(getHttpClientToken('edge'), { strict: false });
    const call = () => edge.get('/work');
    const registry = app.get(ServiceRegistry);
    const [bottom] = await eventually('the whole chain is registered', async () => {
      await Promise.all(['edge', 'middle'].map((service) => registry.discover(service)));
      return registry.discover('bottom');
    });
    const ask = async (path: string) => {
      const answer = await fetch(`http://${bottom?.host}:${bottom?.port}/${path}`);
      return ((await answer.json()) as { calls: number }).calls;
    };
    await eventually('the chain answers', async () => (await call()) !== undefined);
    // Connections, compiled code and latencies as after some time of work.
    await openLoop(rate, 2_000, call);

    const before = await ask('count');
    const failAt = 1_000 + 1_000 * moment;
    const wellAt = failAt + outageMs;
    const counts = new Promise<{ start: number; end: number }>((resolve, reject) => {
      setTimeout(() => {
        const begun = ask(`fail/${outage}/${outageMs}`);
        setTimeout(() => {
          Promise.all([begun, ask('count')]).then(
            ([first, last]) => resolve({ start: first, end: last }),
            reject,
          );
        }, outageMs);
      }, failAt);
    });
    const calls = await openLoop(rate, wellAt + AFTER_MS, call);
    const { start: first, end: last } = await counts;
    return { calls, failAt, wellAt, reached: { outage: last - first, all: (await ask('count')) - before } };
  } finally {
    await app.close();
  }
}

function judge(outage: string, { calls, failAt, wellAt, reached }: Story): Record<string, boolean> {
  const meanwhile = calls.filter(({ at }) => at >= failAt && at < wellAt).length;
  const during = reached.outage / meanwhile;
  const overall = reached.all / calls.length;
  const later = calls.filter(({ at }) => at >= wellAt + 2_000);
  const goodput = later.filter(({ failed }) => !failed).length / later.length;
  const lastFailed = Math.max(0, ...calls.filter(({ failed }) => failed).map(({ at }) => at - wellAt));
  return {
    [`${outage}: ${during.toFixed(3)} calls at the bottom for each one offered during the outage, at most 1.2`]:
      during <= 1.2,
    [`${outage}: ${overall.toFixed(3)} over the whole time, at most 1.2`]: overall <= 1.2,
    [`${outage}: ${(100 * goodput).toFixed(2)} % ok from 2 s after the recovery on, at least 99`]:
      goodput >= 0.99,
    [`${outage}: last failed call sent ${lastFailed.toFixed(0)} ms after the recovery, at most 2000`]:
      lastFailed <= 2_000,
  };
}

/** The same without budget and breaker, so that it shows that the experiment could fail. */
function comparison({ calls, failAt, wellAt, reached }: Story): Record<string, boolean> {
  const meanwhile = calls.filter(({ at }) => at >= failAt && at < wellAt).length;
  const during = reached.outage / meanwhile;
  return {
    [`for comparison, without budget and breaker: ${during.toFixed(1)} for each one offered, at least 3`]:
      during >= 3,
  };
}
