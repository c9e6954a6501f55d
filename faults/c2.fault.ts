import { join } from 'node:path';
import { seededRandom } from '@rookery/common/testing';
import { eventually, FleetHarness, type FleetProcess } from '@rookery/testing';
import { type Experiment, quantile } from './experiment.ts';
import { bootCaller } from './fixtures/caller.ts';
import { type LoadCall, openLoop, warmUp } from './fixtures/open-loop.ts';
import { openRegistryPlace } from './fixtures/registry-place.ts';
import { callLine } from './fixtures/summary.ts';

const RATE = 300;
const REPLICAS = 3;
const FROZEN_MS = 8_000;
const AFTER_MS = 5_000;
/** The registry learns nothing of the freeze: it is shorter than the time to live. */
const LIMITS = { plain: 1_000, hedged: 250 } as const;

interface Answer {
  readonly pid: number;
}

/** What a caller made of one freeze. Times are in milliseconds since the load began. */
interface Story {
  readonly calls: readonly LoadCall<Answer>[];
  readonly victim: number | undefined;
  readonly frozenAt: number;
  readonly thawedAt: number;
  /** When the victim was put out for the first time after the freeze. */
  readonly ejectedAt: number | undefined;
}

/**
 * One of three replicas is stopped with SIGSTOP for eight seconds and goes on then. The kernel accepts connections and
 * requests for it all the while, and nothing is answered. Once for a caller that hedges, once for one that does not.
 */
const c2: Experiment = {
  title: `SIGSTOP of one of ${REPLICAS} replicas for ${FROZEN_MS / 1_000} s at ${RATE} calls a second`,
  async run(seed) {
    const random = seededRandom(seed);
    await using registry = await openRegistryPlace('lease-file');
    await using fleet = await FleetHarness.create();
    const script = join(import.meta.dirname, 'fixtures', 'replica.ts');
    for (let n = 1; n <= REPLICAS; n += 1)
      fleet.start({ name: `worker-${n}`, script, args: [registry.place] });
    const stories = {
      plain: await play(registry.place, fleet.processes, random, false),
      hedged: await play(registry.place, fleet.processes, random, true),
    };
    const calls = Object.values(stories).flatMap((story) => story.calls);
    return {
      ...callLine(calls),
      figures: { ...judge('plain', stories.plain), ...judge('hedged', stories.hedged) },
    };
  },
};

export default c2;

/** A new caller, which knows nothing of an earlier freeze. */
async function play(
  place: string,
  replicas: readonly FleetProcess[],
  random: () => number,
  hedges: boolean,
): Promise<Story> {
  const caller = await bootCaller(place, hedges ? { policy: { hedge: {} } } : {});
  try {
    await eventually(
      'all replicas are registered',
      async () => (await caller.registry.discover('worker').catch(() => [])).length === REPLICAS,
    );
    const call = () => caller.client.get<Answer>('/work');
    await warmUp(RATE, call);

    const victim = replicas[Math.floor(random() * REPLICAS)];
    const frozenAt = 1_000 + random() * 1_000;
    const thawedAt = frozenAt + FROZEN_MS;
    const start = performance.now();
    const ejections: number[] = [];
    caller.balancer.onEvent(({ type }) => {
      if (type === 'instance-ejected') ejections.push(performance.now() - start);
    });
    setTimeout(() => victim?.signal('SIGSTOP'), frozenAt);
    setTimeout(() => victim?.signal('SIGCONT'), thawedAt);
    const calls = await openLoop(RATE, thawedAt + AFTER_MS, call);
    const ejectedAt = ejections.find((at) => at >= frozenAt);
    return { calls, victim: victim?.pid, frozenAt, thawedAt, ejectedAt };
  } finally {
    await caller.close();
  }
}

function judge(
  kind: keyof typeof LIMITS,
  { calls, victim, frozenAt, thawedAt, ejectedAt = Infinity }: Story,
): Record<string, boolean> {
  const failed = calls.filter((call) => call.failed).length;
  // Only of the calls that were sent during the freeze: all others would make it look better.
  const during = calls.filter(({ at }) => at >= frozenAt && at < thawedAt);
  const took = during.map(({ at, until }) => until - at);
  const p99 = quantile(took, 0.99);
  const later = calls.filter(({ at }) => at >= thawedAt);
  const answered = later.filter(({ answer }) => answer?.pid === victim);
  const backAfter = (answered[0]?.at ?? Infinity) - thawedAt;
  const settled = (call: LoadCall) => call.at >= thawedAt + 2_000;
  const share = (100 * answered.filter(settled).length) / later.filter(settled).length;
  const name = kind === 'plain' ? 'without hedging' : 'with hedging';
  return {
    [`${name}: failed calls: ${failed}, at most 0`]: failed === 0,
    [`${name}: p99 during the freeze ${p99.toFixed(1)} ms, at most ${LIMITS[kind]} (worst ${Math.max(...took).toFixed(0)})`]:
      p99 <= LIMITS[kind],
    [`${name}: ejected ${(ejectedAt - frozenAt).toFixed(0)} ms after the freeze, at most 1000`]:
      ejectedAt - frozenAt <= 1_000,
    [`${name}: answers again ${backAfter.toFixed(0)} ms after it goes on, at most 2000`]: backAfter <= 2_000,
    [`${name}: its share from then on ${share.toFixed(1)} %, at least 20`]: share >= 20,
  };
}
