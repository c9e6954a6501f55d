import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isRookeryError } from '@rookery/common';
import { seededRandom } from '@rookery/common/testing';
import { eventually, FleetHarness, type FleetProcess } from '@rookery/testing';
import { type Experiment } from './experiment.ts';
import { bootCaller } from './fixtures/caller.ts';
import { type LastWords } from './fixtures/last-words.ts';
import { startLoad } from './fixtures/load-while.ts';
import { type LoadCall, warmUp } from './fixtures/open-loop.ts';
import { openRegistryPlace } from './fixtures/registry-place.ts';
import { summarize } from './fixtures/summary.ts';
import { pause } from './fixtures/pause.ts';

const RATE = 150;
const REPLICAS = 3;
const ROUNDS = 10;
/** The `drainTimeout` of the replicas, which is the default. */
const DEADLINE_MS = 10_000;

/** One stop of one replica. */
interface Stop {
  readonly tookMs: number;
  /** How long after it was marked as draining its last request arrived; negative when that was before. */
  readonly lastRequestAfterMs: number;
  readonly exitCode: number | null;
}

/** A rolling update under load: each of three replicas gets a SIGTERM when its successor serves, ten times over. */
const c3: Experiment = {
  title: `rolling SIGTERM of all ${REPLICAS} replicas, one by one, ${ROUNDS} rounds, at ${RATE} calls a second`,
  onEveryRegistry: true,
  async run(seed, options) {
    const random = seededRandom(seed);
    await using registry = await openRegistryPlace(options.registry);
    await using fleet = await FleetHarness.create();
    let born = 0;
    const start = () => {
      born += 1;
      const story = join(fleet.directory, `story-${born}.json`);
      const script = join(import.meta.dirname, 'fixtures', 'draining-replica.ts');
      return {
        story,
        replica: fleet.start({ name: `worker-${born}`, script, args: [registry.place, story] }),
      };
    };
    const generation = Array.from({ length: REPLICAS }, start);
    const caller = await bootCaller(registry.place);
    const refusals = { retries: 0, resets: 0 };
    caller.policies.events$.subscribe((event) => {
      if (event.type !== 'retry') return;
      refusals.retries += 1;
      // What surely never left this process, as on a refused connection, lost nothing.
      if (isRookeryError(event.error, 'CONNECTION_FAILED') && (event.error as { sent?: boolean }).sent)
        refusals.resets += 1;
    });
    const living = async () =>
      (await caller.registry.discover('worker').catch(() => [])).filter(({ status }) => status === 'up')
        .length;
    const all = () =>
      eventually('all replicas serve', async () => (await living()) === REPLICAS, { within: 30_000 });
    try {
      await all();
      const call = () => caller.client.get('/work');
      await warmUp(RATE, call);
      refusals.retries = refusals.resets = 0;

      const stops: Stop[] = [];
      await using load = startLoad(RATE, call);
      for (let round = 0; round < ROUNDS; round += 1) {
        for (const [n, { replica, story }] of generation.entries()) {
          await pause(random() * 100);
          stops.push(await stop(replica, story));
          generation[n] = start();
          await all();
        }
      }
      return judge(await load.end(), stops, refusals);
    } finally {
      await caller.close();
    }
  },
};

export default c3;

async function stop(replica: FleetProcess, story: string): Promise<Stop> {
  const at = performance.now();
  replica.signal('SIGTERM');
  await replica.exited();
  const tookMs = performance.now() - at;
  const { drainingAt, lastRequestAt } = JSON.parse(readFileSync(story, 'utf8')) as LastWords;
  return { tookMs, lastRequestAfterMs: lastRequestAt - drainingAt, exitCode: replica.exitCode };
}

function judge(
  calls: readonly LoadCall[],
  stops: readonly Stop[],
  { retries, resets }: { retries: number; resets: number },
) {
  const longest = Math.max(...stops.map(({ tookMs }) => tookMs));
  const latest = Math.max(...stops.map(({ lastRequestAfterMs }) => lastRequestAfterMs));
  return summarize(calls, {
    [`connections reset under a call: ${resets}, at most 0 (retries for any reason: ${retries})`]:
      resets === 0,
    [`stops: ${stops.length} of ${ROUNDS * REPLICAS}`]: stops.length === ROUNDS * REPLICAS,
    [`longest stop ${longest.toFixed(0)} ms, at most ${DEADLINE_MS + 1_000}`]: longest <= DEADLINE_MS + 1_000,
    [`last request at a replica ${latest.toFixed(0)} ms after it was marked as draining, at most 200`]:
      latest <= 200,
  });
}
