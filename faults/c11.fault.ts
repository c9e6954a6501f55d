import { seededRandom } from '@rookery/common/testing';
import { type Experiment, quantile } from './experiment.ts';
import { HOPS, startDeadlineChain } from './fixtures/deadline-chain.ts';
import { type JobStory } from './fixtures/job-story.ts';
import { openLoop, warmUp } from './fixtures/open-loop.ts';
import { pause } from './fixtures/pause.ts';
import { steadyTime } from './fixtures/steady-time.ts';

const RATE = 50;
const LOAD_MS = 8_000;
const SEEN_WITHIN_MS = 50;
/** When callers leave, after the call began: by then it has long reached the last hop. */
const EARLIEST_MS = 100;
const LATEST_MS = 250;

/**
 * Every caller leaves in the middle of its call, which has no deadline. The circuits of the hops open after five failures
 * in a row, so a single call afterwards shows whether the departures were taken for failures.
 */
const c11: Experiment = {
  title: `callers that leave in the middle of their calls, ${RATE} a second, through ${HOPS} processes over HTTP and gRPC`,
  async run(seed) {
    const random = seededRandom(seed);
    await using chain = await startDeadlineChain('limited', {
      timeout: '10s',
      retry: 3,
      circuitBreaker: { consecutiveFailures: 5 },
    });
    const quick = async () => {
      const answer = await fetch(`${chain.url}/quick`);
      return answer.ok;
    };
    await warmUp(RATE, quick);
    const leftAt: number[] = [];
    let sent = 0;
    await openLoop(RATE, LOAD_MS, async () => {
      const number = (sent += 1);
      const caller = new AbortController();
      setTimeout(
        () => {
          leftAt[number] = steadyTime();
          caller.abort();
        },
        EARLIEST_MS + (LATEST_MS - EARLIEST_MS) * random(),
      );
      await fetch(`${chain.url}/job-${number}`, { signal: caller.signal });
    });
    await pause(500);
    const wellAfterwards = await quick();
    const hops = (await chain.end()).map((jobs) => jobs.filter(({ id }) => id.startsWith('job-')));
    const seen = hops.map((jobs) => jobs.map((job) => delay(job, leftAt)));
    const other = hops.flat().filter(({ why }) => why !== 'CALLER_GONE').length;
    const reached = Math.min(...hops.map((jobs) => jobs.length));
    const twoDown = seen[2] ?? [];
    return {
      sent,
      ok: twoDown.filter((ms) => ms <= SEEN_WITHIN_MS).length,
      failed: twoDown.filter((ms) => !(ms <= SEEN_WITHIN_MS)).length,
      p50: quantile(twoDown, 0.5),
      p99: quantile(twoDown, 0.99),
      figures: {
        [`calls that reached every hop: ${reached} of ${sent}, all`]: reached === sent,
        ...Object.assign({}, ...seen.map((delays, hop) => judge(`hop ${hop + 1}`, delays))),
        [`signals that told something else than that the caller left: ${other}, at most 0`]: other === 0,
        'a call afterwards goes through: the circuits did not count it': wellAfterwards,
      },
    };
  },
};

export default c11;

/** How long after the caller left a job was told, in milliseconds; `Infinity` when it never was. */
function delay({ id, told = Infinity }: JobStory, leftAt: readonly number[]): number {
  return told - (leftAt[Number(id.slice('job-'.length))] ?? NaN);
}

function judge(hop: string, delays: readonly number[]): Record<string, boolean> {
  const [half, worst] = [quantile(delays, 0.5), Math.max(...delays)];
  return {
    [`${hop}: signal seen after ${half.toFixed(1)} ms in half of the calls, ${worst.toFixed(1)} at most, at most ${SEEN_WITHIN_MS}`]:
      worst <= SEEN_WITHIN_MS,
  };
}
