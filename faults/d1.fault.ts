import { seededRandom } from '@rookery/common/testing';
import { eventually } from '@rookery/testing';
import { type Experiment } from './experiment.ts';
import { startLoad } from './fixtures/load-while.ts';
import { type Memory, outageOf } from './fixtures/outage.ts';
import { pause } from './fixtures/pause.ts';
import { openRegistryPlace } from './fixtures/registry-place.ts';
import { startServingFleet } from './fixtures/serving-fleet.ts';
import { idsForStranger, idsOf } from './fixtures/stranger.ts';
import { summarize } from './fixtures/summary.ts';

const RATE = 300;
const REPLICAS = 3;
const OUTAGE_MS = 60_000;
/** A third of the default time to live, which is 30 s. */
const HEARTBEAT_MS = 10_000;

/**
 * The registry is killed while everybody is called, stays away for a minute, and comes back: once with what it knew,
 * which has run out by then, and once with nothing. Redis has nothing either way: it is not told to write to disk.
 */
const d1: Experiment = {
  title: `the registry is gone for ${OUTAGE_MS / 1_000} s while ${RATE} calls a second go on`,
  onEveryRegistry: true,
  async run(seed, options) {
    const random = seededRandom(seed);
    await using registry = await openRegistryPlace(options.registry);
    await using serving = await startServingFleet(registry.place, { replicas: REPLICAS });
    const { caller, listed } = serving;
    const ids = idsOf(listed());
    let fewest = listed().length;
    const watching = setInterval(() => (fewest = Math.min(fewest, listed().length)), 20);
    await using load = startLoad(RATE, () => caller.client.get('/work'));
    const outage = outageOf(registry);
    const figures: Record<string, boolean> = {};
    try {
      const memories: Memory[] = options.registry === 'redis' ? ['wiped'] : ['kept', 'wiped'];
      for (const memory of memories) {
        await pause((2 + random()) * 1_000);
        await outage.begin();
        await pause(OUTAGE_MS);
        await outage.end(memory);
        const backAt = performance.now();
        // A stranger sees only what the registry itself knows now.
        const restored = await eventually(
          'all replicas are registered again',
          async () => (await idsForStranger(registry.place)) === ids,
          { within: 4 * HEARTBEAT_MS, every: 100 },
        ).catch(() => false);
        const took = performance.now() - backAt;
        figures[
          `data ${memory}: all registered ${took.toFixed(0)} ms after the return, at most ${2 * HEARTBEAT_MS}`
        ] = restored && took <= 2 * HEARTBEAT_MS;
      }
      await pause(2_000);
    } finally {
      clearInterval(watching);
    }
    const calls = await load.end();
    return summarize(calls, {
      ...figures,
      [`shortest list of the caller: ${fewest}, at least ${REPLICAS}`]: fewest >= REPLICAS,
      [`list of the caller at the end: ${listed().length}, the same ${REPLICAS}`]: idsOf(listed()) === ids,
    });
  },
};

export default d1;
