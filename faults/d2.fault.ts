import { join } from 'node:path';
import { seededRandom } from '@rookery/common/testing';
import { type LoadBalancer } from '@rookery/discovery';
import { eventually, type FleetProcess } from '@rookery/testing';
import { heapUsed } from '../benchmarks/heap.ts';
import { type Experiment } from './experiment.ts';
import { startLoad } from './fixtures/load-while.ts';
import { pause } from './fixtures/pause.ts';
import { openRegistryPlace } from './fixtures/registry-place.ts';
import { type ServingFleet, startServingFleet } from './fixtures/serving-fleet.ts';
import { idsOf } from './fixtures/stranger.ts';
import { summarize } from './fixtures/summary.ts';

const RATE = 300;
/** The smaller lists of the comparison; they are the three replicas under so many ids. */
const FEW = 10;
const MORE = 1_000;
/** More than are let in: `admit.maxInstances` is 10,000 by default. */
const FLOOD = 12_000;
const ADMITTED = 10_000;
const SPOILT_MS = 15_000;
const REPLICAS = 3;
const PICKS = 20_000;

/**
 * A walk through the list would cost a thousand times as much as with ten, and ten times as much as with a thousand. What is left
 * is memory: two instances are looked at, wherever they lie, and what is known of 10,000 is 20 MB. Of ten it is always in the
 * first cache of the processor, of a thousand in the second, of all of them in a third, which others use as well. That alone is
 * 2 to 3.5 times a thousand, so the bound is half of what a walk would cost.
 */
const MOST_PICK_RATIO = { [FEW]: 6, [MORE]: 5 } as const;

/**
 * An instance of these is about 600 bytes as a text. The backend and the balancer remember it once each, and each list
 * refers to it. What the backend remembers of those beyond `admit.maxInstances` is put down to those that are let in.
 */
const MOST_BYTES_EACH = 6_000;

type Deed = 'empty' | 'garbage' | 'flood';

/**
 * The lease files say that there is nobody, then they hold garbage, then they list 12,000 instances, all of which can be
 * called: they are the addresses of the three replicas. In the end all replicas stop, and that is believed.
 */
const d2: Experiment = {
  title: `a registry that is empty, then full of garbage, then lists ${FLOOD} instances, at ${RATE} calls a second`,
  async run(seed) {
    const random = seededRandom(seed);
    await using registry = await openRegistryPlace('lease-file');
    await using serving = await startServingFleet(registry.place, { replicas: REPLICAS });
    const scene: Scene = { serving, place: registry.place };
    const { caller, listed } = serving;
    const ids = idsOf(listed());
    const figures: Record<string, boolean> = {};
    await using load = startLoad(RATE, () => caller.client.get('/work'));

    for (const deed of ['empty', 'garbage'] as const) {
      await pause(1_000 + random() * 1_000);
      let fewest = Infinity;
      let unlisted = 0;
      const watching = setInterval(() => {
        fewest = Math.min(fewest, listed().length);
        unlisted = Math.max(unlisted, caller.registry.status().watched[0]?.unlisted ?? 0);
      }, 10);
      const vandal = await spoil(scene, deed);
      await pause(SPOILT_MS);
      await vandal.stop();
      clearInterval(watching);
      figures[`${deed}: shortest list ${fewest}, at least ${REPLICAS} (not listed: up to ${unlisted})`] =
        fewest >= REPLICAS && unlisted > 0;
      await eventually('the truth', () => idsOf(listed()) === ids && isBelieved(serving), { within: 30_000 });
    }

    // The load goes on while the flood comes and goes, not while picks are measured: it would be measured too.
    const calls = [...(await load.end())];
    const few = await listOf(scene, FEW, FEW - REPLICAS);
    const more = await listOf(scene, MORE, MORE - REPLICAS);
    await using loadInFlood = startLoad(RATE, () => caller.client.get('/work'));
    const many = await listOf(scene, ADMITTED, FLOOD, async () => {
      await pause(5_000);
      calls.push(...(await loadInFlood.end()));
    });
    for (const fewer of [few, more]) {
      const ratio = many.pickNs / fewer.pickNs;
      const most = MOST_PICK_RATIO[fewer === few ? FEW : MORE];
      figures[
        `a pick of ${ADMITTED} costs ${many.pickNs.toFixed(0)} ns of CPU time, ${ratio.toFixed(1)} x one of ${fewer.listed}, at most ${most} x`
      ] = ratio <= most;
    }
    const bytes = (many.heap - few.heap) / ADMITTED;
    figures[`${many.listed} of ${FLOOD + REPLICAS} entries are let in, at most ${ADMITTED}`] =
      many.listed === ADMITTED;
    figures[
      `${bytes.toFixed(0)} bytes of heap for each instance that is let in, at most ${MOST_BYTES_EACH}`
    ] = bytes <= MOST_BYTES_EACH;
    await eventually('the flood is gone', () => idsOf(listed()) === ids, { within: 60_000 });

    const replicas = serving.fleet.processes.filter(({ running }) => running);
    await Promise.all(replicas.map((replica) => replica.kill()));
    const endedAt = performance.now();
    await eventually('nobody is listed', () => listed().length === 0, { every: 5 });
    const took = performance.now() - endedAt;
    figures[`nobody is listed ${took.toFixed(0)} ms after all were killed, at most 1000`] = took <= 1_000;
    return summarize(calls, figures);
  },
};

export default d2;

interface Scene {
  readonly serving: ServingFleet;
  readonly place: string;
}

interface Measured {
  readonly listed: number;
  readonly pickNs: number;
  readonly heap: number;
}

/** Starts the vandal, and resolves when it has done what it is to do for the first time. */
async function spoil({ serving, place }: Scene, deed: Deed, count = 0): Promise<FleetProcess> {
  const script = join(import.meta.dirname, 'fixtures', 'vandal.ts');
  const vandal = serving.fleet.start({ name: 'vandal', script, args: [place, deed, String(count)] });
  await eventually('the deed', () => vandal.lines.includes('ready'), { within: 60_000 });
  return vandal;
}

/** Adds so many entries, and measures when so many are listed; then removes them. */
async function listOf(
  scene: Scene,
  listed: number,
  added: number,
  meanwhile = async () => {},
): Promise<Measured> {
  const { caller, listed: known } = scene.serving;
  const vandal = await spoil(scene, 'flood', added);
  await eventually(`${listed} instances`, () => known().length === listed, { within: 60_000 });
  await meanwhile();
  const measured = {
    listed: known().length,
    pickNs: await pickCost(caller.balancer),
    heap: await heapUsed(),
  };
  await vandal.stop(60_000);
  await eventually('they are gone', () => known().length === REPLICAS, { within: 60_000 });
  return measured;
}

/** The CPU time of one pick and the end of its call, in nanoseconds: the fastest of several batches, as the machine is shared. */
async function pickCost(balancer: LoadBalancer): Promise<number> {
  let best = Infinity;
  for (let batch = 0; batch < 10; batch += 1) {
    await pause(50);
    const before = process.cpuUsage();
    for (let pick = 0; pick < PICKS; pick += 1) (await balancer.pick('worker')).done('success');
    const { user, system } = process.cpuUsage(before);
    best = Math.min(best, ((user + system) * 1_000) / PICKS);
  }
  return best;
}

function isBelieved({ caller }: ServingFleet): boolean {
  return caller.registry.status().watched.every(({ unlisted }) => unlisted === 0);
}
