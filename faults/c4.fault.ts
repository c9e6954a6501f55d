import { seededRandom } from '@rookery/common/testing';
import { type Experiment, type Findings } from './experiment.ts';
import { pause } from './fixtures/pause.ts';
import { callLine } from './fixtures/summary.ts';
import { packetRule } from './network/packet-rule.ts';
import { type NetworkPlay, playOverNetwork } from './network/play.ts';
import { reasons } from './network/reasons.ts';
import { requireNetworks } from './network/requirements.ts';
import { cables } from './network/star.ts';

const RATE = 300;
const CUT_MS = 8_000;
const AFTER_MS = 4_000;

/**
 * Whatever one of three replicas answers is lost, while it gets and does all that it is asked. Half of the calls may be made
 * twice, the other half may not: they carry ids, and the replicas write down what they execute.
 */
const c4: Experiment = {
  title: `one of 3 replicas whose answers are lost for ${CUT_MS / 1_000} s at ${RATE} calls a second`,
  async run(seed) {
    requireNetworks('iptables');
    const random = seededRandom(seed);
    const victim = Math.floor(random() * 3);
    const cutAt = 1_000 + random() * 1_000;
    const play = await playOverNetwork({
      cabling: cables,
      readsPerSecond: RATE / 2,
      writesPerSecond: RATE / 2,
      loadMs: cutAt + CUT_MS + AFTER_MS,
      async disturb({ caller, arms }) {
        const cut = packetRule(caller, `-s ${arms[victim]?.address} -j DROP`);
        await pause(cutAt);
        await cut.add();
        await pause(CUT_MS);
        await cut.remove();
      },
    });
    return judge(play);
  },
};

export default c4;

function judge({
  story: { reads, writes, acknowledged, events, failures },
  executed,
}: NetworkPlay): Findings {
  const done = new Set(executed);
  const duplicated = executed.length - done.size;
  const lost = acknowledged.filter((id) => !done.has(id)).length;
  const failed = {
    reads: reads.filter((call) => call.failed).length,
    writes: writes.filter((call) => call.failed).length,
  };
  // Executed, and the caller does not know it. Without any, no answer was lost and the experiment shows nothing.
  const unanswered = done.size - acknowledged.length;
  return {
    ...callLine([...reads, ...writes]),
    lost,
    duplicated,
    figures: {
      [`failed calls that may be made twice: ${failed.reads} of ${reads.length}, at most 0${failed.reads > 0 ? reasons(failures) : ''}`]:
        failed.reads === 0,
      [`calls that may not be made twice, and were: ${duplicated} of ${writes.length}, at most 0`]:
        duplicated === 0,
      [`such calls that were answered without having been executed: ${lost}, at most 0`]: lost === 0,
      [`such calls that were executed and not answered: ${unanswered}, at least 1; no more than the ${failed.writes} that failed`]:
        unanswered >= 1 && unanswered <= failed.writes,
      [`the silent replica was put out: ${events['instance-ejected'] ?? 0} times, at least 1`]:
        (events['instance-ejected'] ?? 0) >= 1,
    },
  };
}
