import { seededRandom } from '@rookery/common/testing';
import { eventually, type FleetProcess } from '@rookery/testing';
import { type Experiment } from './experiment.ts';
import { type Cut, type CutKind } from './fixtures/cut.ts';
import { startCutProxy } from './fixtures/cut-proxy.ts';
import { cutRegistry, type CutRegistry } from './fixtures/cut-registry.ts';
import { startLoad } from './fixtures/load-while.ts';
import { pause } from './fixtures/pause.ts';
import { openRegistryPlace, type RegistryPlace } from './fixtures/registry-place.ts';
import { type ServingFleet, startServingFleet } from './fixtures/serving-fleet.ts';
import { idsForStranger, idsOf } from './fixtures/stranger.ts';
import { summarize } from './fixtures/summary.ts';

const RATE = 300;
/** Longer than the time to live, so that whoever only waits for it has seen everybody expire. */
const CUT_MS = 40_000;
const CONVERGED_MS = 1_000;

/** What the caller did after a heal. Times are in milliseconds since then; infinite when it never happened. */
interface Healing {
  /** When its list was the true one. */
  readonly knownAfter: number;
  /** When the replica that joined during the cut answered its first call. */
  readonly calledAfter: number;
  /** Calls that had to be tried again from `CONVERGED_MS` on: those to the replica that has left. */
  readonly lateRetries: number;
}

/**
 * Only the caller is cut off from the registry, once so that nothing arrives and once so that each try is refused.
 * Meanwhile one replica leaves and another one joins.
 */
const d3: Experiment = {
  title: `a caller that is cut off from the registry for ${CUT_MS / 1_000} s at ${RATE} calls a second, while replicas come and go`,
  onEveryRegistry: true,
  async run(seed, options) {
    const random = seededRandom(seed);
    await using registry = await openRegistryPlace(options.registry);
    await using scene = await startScene(registry);
    const { serving, way } = scene;
    const { caller } = serving;
    const answered = new Map<number, number>();
    await using load = startLoad(RATE, async () => {
      const { pid } = await caller.client.get<{ pid: number }>('/work');
      if (!answered.has(pid)) answered.set(pid, performance.now());
    });
    const retriedAt: number[] = [];
    caller.policies.events$.subscribe(({ type }) => type === 'retry' && retriedAt.push(performance.now()));
    const figures: Record<string, boolean> = {};
    const living = [...serving.fleet.processes];
    for (const kind of ['silent', 'reset'] satisfies CutKind[]) {
      await pause(1_000 + random() * 1_000);
      way.cut(kind);
      const [left] = living.splice(Math.floor(random() * living.length), 1);
      const joined = serving.start();
      living.push(joined);
      await Promise.all([left?.stop(), pause(CUT_MS)]);
      const healing = await heal(scene, joined, answered, retriedAt);
      Object.assign(figures, judge(kind, healing));
    }
    return summarize(await load.end(), figures);
  },
};

export default d3;

interface Scene extends AsyncDisposable {
  readonly serving: ServingFleet;
  /** Between the caller and the registry. */
  readonly way: Cut;
  /** Where everybody else finds the registry. */
  readonly place: string;
}

/** To a server leads a proxy; to lease files, to which nothing leads, something that stands in for one. */
async function startScene({ place, server }: RegistryPlace): Promise<Scene> {
  if (server) {
    const proxy = await startCutProxy(server.port);
    const callerPlace = place.replace(/:\d+$/, `:${proxy.port}`);
    const serving = await startServingFleet(place, { callerPlace });
    const dispose = async () => {
      await serving[Symbol.asyncDispose]();
      await proxy[Symbol.asyncDispose]();
    };
    return { serving, way: proxy, place, [Symbol.asyncDispose]: dispose };
  }
  let way: CutRegistry | undefined;
  const between = (registry: Parameters<typeof cutRegistry>[0]) => (way = cutRegistry(registry)).registry;
  const serving = await startServingFleet(place, { between });
  if (!way) throw new Error('The caller has no registry.');
  return { serving, way, place, [Symbol.asyncDispose]: () => serving[Symbol.asyncDispose]() };
}

async function heal(
  { serving: { listed }, way, place }: Scene,
  joined: FleetProcess,
  answered: ReadonlyMap<number, number>,
  retriedAt: readonly number[],
): Promise<Healing> {
  const truth = await idsForStranger(place);
  way.heal();
  const healedAt = performance.now();
  const since = (at: number | undefined) => (at === undefined ? Infinity : Math.max(0, at - healedAt));
  const knownAt = await eventually('the true list', () => idsOf(listed()) === truth && performance.now(), {
    within: 45_000,
    every: 5,
  }).catch(() => undefined);
  await pause(3_000);
  return {
    knownAfter: since(knownAt),
    calledAfter: since(answered.get(joined.pid ?? -1)),
    lateRetries: retriedAt.filter((at) => at - healedAt > CONVERGED_MS).length,
  };
}

function judge(kind: CutKind, { knownAfter, calledAfter, lateRetries }: Healing): Record<string, boolean> {
  const known = `${kind} cut: the list is the true one ${knownAfter.toFixed(0)} ms after the heal`;
  const called = `${kind} cut: the replica that joined is called ${calledAfter.toFixed(0)} ms after the heal`;
  return {
    [`${known}, at most ${CONVERGED_MS}`]: knownAfter <= CONVERGED_MS,
    [`${called}, at most ${CONVERGED_MS}`]: calledAfter <= CONVERGED_MS,
    [`${kind} cut: calls tried again later than that: ${lateRetries}, at most 0`]: lateRetries === 0,
  };
}
