import { writeFileSync } from 'node:fs';
import { messageOf } from '@rookery/common';
import { eventually } from '@rookery/testing';
import { bootCaller } from '../fixtures/caller.ts';
import { openLoop, warmUp } from '../fixtures/open-loop.ts';
import { steadyTime } from '../fixtures/steady-time.ts';
import { type CallerOrders } from './caller-orders.ts';
import { type NetworkStory } from './story.ts';

/**
 * Calls the replicas from a network of its own. It says "warm" when it has called all of them for a while; SIGUSR2 starts the
 * load, whose beginning it says too, and it ends by itself when all calls have.
 */
const orders = JSON.parse(process.argv[2] ?? '') as CallerOrders;
const caller = await bootCaller(orders.place, {
  policy: orders.policy,
});
const { client, policies, balancer, registry } = caller;
const events = new Map<string, number>();
const failures = new Map<string, number>();
const acknowledged: string[] = [];
let written = 0;

await eventually(
  'all replicas are registered',
  async () => (await registry.discover('worker').catch(() => [])).length === orders.replicas,
  { within: 60_000 },
);
await warmUp(orders.readsPerSecond, () => client.get('/work'));
policies.events$.subscribe(({ type }) => count(events, type));
balancer.onEvent(({ type }) => count(events, type));
// Keeps the process, which idle connections alone would not.
const waiting = setInterval(() => {}, 1_000);
process.once('SIGUSR2', () => void load());
console.log('warm');

async function load(): Promise<void> {
  clearInterval(waiting);
  const startedAt = steadyTime();
  console.log('started');
  const [reads, writes] = await Promise.all([
    openLoop(orders.readsPerSecond, orders.loadMs, () => client.get('/work').catch(fail)),
    openLoop(orders.writesPerSecond, orders.loadMs, write),
  ]);
  const story: NetworkStory = {
    startedAt,
    reads: reads.map(timesOf),
    writes: writes.map(timesOf),
    acknowledged,
    events: Object.fromEntries(events),
    failures: Object.fromEntries(failures),
  };
  writeFileSync(orders.story, JSON.stringify(story));
  await caller.close();
}

async function write(): Promise<void> {
  const id = `w${(written += 1)}`;
  await client.post('/work/:id', undefined, { params: { id } }).catch(fail);
  acknowledged.push(id);
}

function fail(error: unknown): never {
  count(failures, messageOf(error).replaceAll(/\d+/g, 'n'));
  throw error;
}

function timesOf({ at, until, failed }: NetworkStory['reads'][number]) {
  return { at, until, failed };
}

function count(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}
