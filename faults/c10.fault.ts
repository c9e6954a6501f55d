import { TIMEOUT_HEADER } from '@rookery/common';
import { type Experiment, quantile } from './experiment.ts';
import { HOPS, startDeadlineChain } from './fixtures/deadline-chain.ts';
import { type JobStory } from './fixtures/job-story.ts';
import { type LoadCall, openLoop, warmUp } from './fixtures/open-loop.ts';
import { pause } from './fixtures/pause.ts';
import { callLine } from './fixtures/summary.ts';
import { steadyTime } from './fixtures/steady-time.ts';

const RATE = 50;
const LOAD_MS = 8_000;
const DEADLINE_MS = 300;
const STOPPED_WITHIN_MS = 50;
const NONE_LEFT_MS = 500;
/** Without deadlines the work piles up; a few calls show it. */
const NAIVE_RATE = 20;
const NAIVE_MS = 1_000;

/** What a chain made of a load whose calls all run out of time. */
interface Story {
  readonly calls: readonly LoadCall[];
  /** When each call was sent, by its number, on the steady clock. */
  readonly sentAt: readonly number[];
  readonly hops: readonly JobStory[][];
}

/**
 * Every call has 300 ms, and the last of four processes would take two seconds for it. The caller stays and waits: nothing but
 * the deadline tells the hops to stop.
 */
const c10: Experiment = {
  title: `a deadline of ${DEADLINE_MS} ms through ${HOPS} processes over HTTP and gRPC at ${RATE} calls a second, the last would take 2 s`,
  async run() {
    const story = await play('limited', RATE, LOAD_MS);
    const { calls, hops } = story;
    const naive = await play('unlimited', NAIVE_RATE, NAIVE_MS);
    const reached = hops.at(-1)?.length ?? 0;
    const stillThere = hops.flat().filter((job) => lateness(job, story) > NONE_LEFT_MS - DEADLINE_MS).length;
    const stillThereNaive = naive.hops
      .flat()
      .filter((job) => lateness(job, naive) > NONE_LEFT_MS - DEADLINE_MS);
    return {
      ...callLine(calls),
      figures: {
        [`calls answered with 504: ${calls.filter(({ failed }) => !failed).length} of ${calls.length}, all`]:
          calls.every(({ failed }) => !failed),
        // What is late already is not begun; but most are to get that far, or nothing is shown.
        [`calls that reached the last hop: ${reached} of ${calls.length}, at least nine in ten`]:
          reached >= 0.9 * calls.length,
        ...Object.assign({}, ...hops.map((jobs, hop) => judge(`hop ${hop + 1}`, jobs, story))),
        [`handlers that still ran ${NONE_LEFT_MS} ms after the call: ${stillThere}, at most 0`]:
          stillThere === 0,
        [`for comparison, without deadlines: ${stillThereNaive.length} of ${naive.hops.flat().length}, all`]:
          stillThereNaive.length === naive.hops.flat().length,
      },
    };
  },
};

export default c10;

async function play(limits: 'limited' | 'unlimited', rate: number, loadMs: number): Promise<Story> {
  // No circuit: what never answers in time would open it, and then no call would get that far.
  await using chain = await startDeadlineChain(limits, { timeout: '10s', retry: 3 });
  await warmUp(rate, async () => {
    const answer = await fetch(`${chain.url}/quick`);
    await answer.text();
  });
  const sentAt: number[] = [];
  let sent = 0;
  const calls = await openLoop(rate, loadMs, async () => {
    const id = `job-${(sent += 1)}`;
    sentAt[sent] = steadyTime();
    const answer = await fetch(`${chain.url}/${id}`, { headers: { [TIMEOUT_HEADER]: String(DEADLINE_MS) } });
    await answer.text();
    if (limits === 'limited' && answer.status !== 504) throw new Error(`status ${answer.status}`);
  });
  await pause(NONE_LEFT_MS);
  const hops = await chain.end();
  return { calls, sentAt, hops: hops.map((jobs) => jobs.filter(({ id }) => id.startsWith('job-'))) };
}

/** How long after the deadline of its caller a job ended, in milliseconds. */
function lateness({ id, ended = Infinity }: JobStory, { sentAt }: Story): number {
  return ended - ((sentAt[Number(id.slice('job-'.length))] ?? NaN) + DEADLINE_MS);
}

function judge(hop: string, jobs: readonly JobStory[], story: Story): Record<string, boolean> {
  const late = jobs.map((job) => lateness(job, story));
  const [half, worst] = [quantile(late, 0.5), Math.max(...late)];
  return {
    [`${hop}: work stopped ${half.toFixed(1)} ms after the deadline in half of the calls, ${worst.toFixed(1)} at most, at most ${STOPPED_WITHIN_MS}`]:
      worst <= STOPPED_WITHIN_MS,
  };
}
