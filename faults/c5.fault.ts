import { seededRandom } from '@rookery/common/testing';
import { type PolicyOptions } from '@rookery/resilience';
import { type Experiment, quantile } from './experiment.ts';
import { pause } from './fixtures/pause.ts';
import { callLine } from './fixtures/summary.ts';
import { packetRule } from './network/packet-rule.ts';
import { playOverNetwork } from './network/play.ts';
import { reasons } from './network/reasons.ts';
import { requireNetworks } from './network/requirements.ts';
import { cables } from './network/star.ts';
import { type NetworkStory } from './network/story.ts';

const RATE = 300;
const RESETS_MS = 10_000;
const AFTER_MS = 2_000;
const SHARE = 0.3;
const OK_SHARE = 0.999;

const RESETS = `-p tcp -m statistic --mode random --probability ${SHARE} -j REJECT --reject-with tcp-reset`;

/**
 * A request over a new connection takes three packets of the caller, so about two tries of three fail where all ways are
 * bad: 0.66 to the power of 20 is less than one in a thousand. Each is told at once, so they fit into the deadline. Nobody is
 * overloaded by tries that do not arrive, and a circuit would be right to open, so there is neither budget nor circuit.
 */
const STUBBORN: PolicyOptions = {
  retry: { attempts: 20, backoff: { delay: '5ms', maxDelay: '50ms' } },
  retryBudget: false,
  circuitBreaker: false,
};

/**
 * Of what the caller sends, 30 % of the packets are answered with a reset, as a firewall does that has lost its state. Once on
 * the way to one of three replicas, for a caller with the policy of the other experiments, and once on the ways to all.
 */
const c5: Experiment = {
  title: `resets for ${100 * SHARE} % of the packets for ${RESETS_MS / 1_000} s at ${RATE} calls a second`,
  async run(seed) {
    requireNetworks('iptables');
    const random = seededRandom(seed);
    const victim = Math.floor(random() * 3);
    const startAt = 1_000 + random() * 1_000;
    const one = await play(startAt, (arm) => arm === victim);
    const all = await play(startAt, () => true, STUBBORN);
    return {
      ...callLine([...one.reads, ...all.reads]),
      figures: { ...judge('one of 3 ways', startAt, one), ...judge('all ways', startAt, all) },
    };
  },
};

export default c5;

async function play(startAt: number, isBad: (arm: number) => boolean, policy: PolicyOptions = {}) {
  const { story } = await playOverNetwork({
    cabling: cables,
    readsPerSecond: RATE,
    loadMs: startAt + RESETS_MS + AFTER_MS,
    policy,
    async disturb({ arms }) {
      const bad = arms.filter((_arm, n) => isBad(n));
      const rules = bad.map(({ namespace }) => packetRule(namespace, RESETS));
      await pause(startAt);
      await Promise.all(rules.map((rule) => rule.add()));
      await pause(RESETS_MS);
      await Promise.all(rules.map((rule) => rule.remove()));
    },
  });
  return story;
}

/** Only of the calls that were sent meanwhile: all others would make it look better. */
function judge(
  where: string,
  startAt: number,
  { reads, events, failures }: NetworkStory,
): Record<string, boolean> {
  const during = reads.filter(({ at }) => at >= startAt && at < startAt + RESETS_MS);
  const ok = during.filter(({ failed }) => !failed).length / during.length;
  const p99 = quantile(
    during.map(({ at, until }) => until - at),
    0.99,
  );
  const retries = events['retry'] ?? 0;
  return {
    [`${where}: answered ${(100 * ok).toFixed(2)} % of ${during.length}, at least ${100 * OK_SHARE} (p99 ${p99.toFixed(0)} ms)${reasons(failures)}`]:
      ok >= OK_SHARE,
    // A check of the experiment itself: without any, no packet was reset.
    [`${where}: calls tried again: ${retries}, at least 1`]: retries >= 1,
  };
}
