import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type PolicyOptions } from '@rookery/resilience';
import { eventually, FleetHarness, type FleetProcess } from '@rookery/testing';
import { openRegistryPlace } from '../fixtures/registry-place.ts';
import { type CallerOrders } from './caller-orders.ts';
import { type Cabling, openStar, type Star } from './star.ts';
import { type NetworkStory } from './story.ts';

/** How many replicas each of these experiments has. */
const REPLICAS = 3;

const PATIENCE = { within: 120_000 };

/** What is to be played. */
export interface NetworkScript {
  readonly cabling: Cabling;
  readonly readsPerSecond: number;
  readonly writesPerSecond?: number;
  readonly loadMs: number;
  /** What the caller's policy has beside a deadline of 2 s, retries and a circuit breaker, or instead of them. */
  readonly policy?: PolicyOptions;
  /** Breaks the network, and mends it. Called when the load begins. */
  readonly disturb: (star: Star) => Promise<void>;
}

/** What came of it. */
export interface NetworkPlay {
  readonly story: NetworkStory;
  /** The ids of all writes that the replicas have executed, one for each time. */
  readonly executed: readonly string[];
}

/** Puts a caller and three replicas into networks of their own, and breaks what links them while it calls. */
export async function playOverNetwork(script: NetworkScript): Promise<NetworkPlay> {
  await using registry = await openRegistryPlace('lease-file');
  await using star = await openStar(REPLICAS, script.cabling);
  await using fleet = await FleetHarness.create();
  const histories = star.arms.map(({ namespace, address }, n) => {
    const history = join(fleet.directory, `history-${n}`);
    const args = [registry.place, address, history];
    fleet.start({ name: `worker-${n}`, script: scriptOf('replica'), args, under: namespace.entry });
    return history;
  });
  const story = join(fleet.directory, 'story.json');
  const { readsPerSecond, writesPerSecond = 0, loadMs, policy = {} } = script;
  const load = { readsPerSecond, writesPerSecond, loadMs };
  const orders: CallerOrders = { place: registry.place, replicas: REPLICAS, policy, story, ...load };
  const caller = fleet.start({
    name: 'caller',
    script: scriptOf('caller'),
    args: [JSON.stringify(orders)],
    under: star.caller.entry,
  });
  await hear(caller, 'warm');
  caller.signal('SIGUSR2');
  await hear(caller, 'started');
  await script.disturb(star);
  await caller.exited();
  const executed = histories.flatMap((file) => (existsSync(file) ? linesOf(file) : []));
  return { story: JSON.parse(readFileSync(story, 'utf8')) as NetworkStory, executed };
}

const scriptOf = (name: string) => join(import.meta.dirname, `${name}.ts`);

const linesOf = (file: string) => readFileSync(file, 'utf8').split('\n').filter(Boolean);

async function hear(caller: FleetProcess, word: string): Promise<void> {
  await eventually(
    `the caller says "${word}"`,
    () => caller.lines.includes(word) || !caller.running,
    PATIENCE,
  );
  if (!caller.running) throw new Error(`The caller has ended: ${caller.lines.join('\n')}`);
}
