import { VirtualClock, seededRandom } from '@rookery/common/testing';
import { ejectionSettings, InstanceBalancer, p2cPeakEwma, roundRobin } from '@rookery/discovery';
import { type Measured } from '../suite.ts';
import { fleetOf } from './fleet-of.ts';

type Strategy = typeof p2cPeakEwma;

/** How an instance answers in a simulation. */
interface Behaviour {
  readonly latencyMs: number;
  readonly fails?: boolean;
}

interface Run {
  readonly behaviours: readonly Behaviour[];
  readonly seconds: number;
  readonly callsPerSecond: number;
}

/** The share of calls that the first instance gets, in percent, on a virtual clock. */
async function shareOfFirst(strategy: Strategy, ejects: boolean, run: Run): Promise<number> {
  const clock = new VirtualClock();
  const random = seededRandom(11);
  const instances = fleetOf(run.behaviours.length);
  const balancer = new InstanceBalancer('users', strategy(random), clock, {
    random,
    ejection: ejects ? ejectionSettings({}, random) : undefined,
  });
  const calls = run.seconds * run.callsPerSecond;
  let toFirst = 0;
  for (let call = 0; call < calls; call += 1) {
    clock.schedule((call * 1_000) / run.callsPerSecond, () => {
      const { instance, done } = balancer.pick(instances);
      const at = instances.indexOf(instance);
      if (at === 0) toFirst += 1;
      const { latencyMs, fails = false } = run.behaviours.at(at) ?? well;
      clock.schedule(latencyMs, () => done(fails ? 'failure' : 'success'));
    });
  }
  await clock.advance((run.seconds + 10) * 1_000);
  return (toFirst / calls) * 100;
}

/** What the first of three gets by our defaults, against round robin without ejection, which gives it a third. */
async function compareShares(run: Run): Promise<Measured> {
  const value = await shareOfFirst(p2cPeakEwma, true, run);
  const theirs = await shareOfFirst(roundRobin, false, run);
  return {
    value,
    unit: '% of calls',
    ratio: value / theirs,
    against: `round robin (${theirs.toFixed(1)} %)`,
  };
}

const well: Behaviour = { latencyMs: 20 };

/** One of three fails after a millisecond, which looks fast: 30 seconds at 100 calls a second. */
export const fastFailing = () =>
  compareShares({
    behaviours: [{ latencyMs: 1, fails: true }, well, well],
    seconds: 30,
    callsPerSecond: 100,
  });

/** One of three takes a second longer: the first two seconds at 100 calls a second. */
export const slow = () =>
  compareShares({ behaviours: [{ latencyMs: 1_020 }, well, well], seconds: 2, callsPerSecond: 100 });
