import { seededRandom } from '@rookery/common/testing';
import { type PolicyOptions } from '@rookery/resilience';
import { type Experiment, type Findings, quantile } from './experiment.ts';
import { pause } from './fixtures/pause.ts';
import { callLine } from './fixtures/summary.ts';
import { badLinks } from './network/bad-links.ts';
import { playOverNetwork } from './network/play.ts';
import { reasons } from './network/reasons.ts';
import { requireNetworks, requireTunDevices } from './network/requirements.ts';
import { type NetworkStory } from './network/story.ts';

const RATE = 300;
const BAD_MS = 15_000;
const CONDITION = { delayMs: 100, jitterMs: 50, loss: 0.05 };
const DEADLINE_MS = 2_000;
const OK_SHARE = 0.999;

/**
 * An answer takes 200 ms, and where a packet is lost the kernel sends it again after 200 ms or more: an attempt that is
 * given up at 500 ms is given up too soon, and its connection with it. A second one joins those that are late instead.
 */
const POLICY: PolicyOptions = {
  timeout: { total: DEADLINE_MS, attempt: '1500ms' },
  hedge: { delay: { quantile: 0.9 } },
};

/** All ways between the caller and three replicas become slow and lose packets, both ways. */
const c6: Experiment = {
  title: `ways that take ${CONDITION.delayMs} +/- ${CONDITION.jitterMs} ms and lose ${100 * CONDITION.loss} %, for ${BAD_MS / 1_000} s at ${RATE} calls a second`,
  async run(seed) {
    requireNetworks('python3');
    requireTunDevices();
    const random = seededRandom(seed);
    const badAt = 1_000 + random() * 1_000;
    const links = badLinks(seed);
    const { story } = await playOverNetwork({
      cabling: links.cabling,
      readsPerSecond: RATE,
      loadMs: badAt + BAD_MS,
      policy: POLICY,
      async disturb() {
        await pause(badAt);
        await links.set(CONDITION);
      },
    });
    return judge(badAt, story);
  },
};

export default c6;

/** Only of the calls that were sent meanwhile: all others would make it look better. */
function judge(badAt: number, { reads, events, failures }: NetworkStory): Findings {
  const during = reads.filter(({ at }) => at >= badAt);
  const took = during.map(({ at, until }) => until - at);
  const ok = during.filter(({ failed }) => !failed).length / during.length;
  const opened = events['circuit-opened'] ?? 0;
  const typical = quantile(took, 0.5);
  return {
    ...callLine(reads),
    figures: {
      [`answered within ${DEADLINE_MS} ms: ${(100 * ok).toFixed(2)} % of ${during.length}, at least ${100 * OK_SHARE}${reasons(failures)}`]:
        ok >= OK_SHARE,
      [`circuits that opened: ${opened}, at most 0`]: opened === 0,
      // A check of the experiment itself: it takes two ways to ask and be answered.
      [`half of them took longer than ${typical.toFixed(0)} ms, at least 150`]: typical >= 150,
    },
  };
}
