import { systemClock } from '@rookery/common';
import {
  createInstance,
  ejectionSettings,
  InstanceBalancer,
  p2cPeakEwma,
  roundRobin,
  type ServiceInstance,
} from '@rookery/discovery';
import { VirtualClock, seededRandom } from '@rookery/common/testing';
import { compareCpuTime } from './cpu-time.ts';
import { type Measured, type Suite } from './suite.ts';

type Strategy = typeof p2cPeakEwma;

function fleet(count: number): ServiceInstance[] {
  const sources = { clock: systemClock, random: Math.random };
  return Array.from({ length: count }, (_, n) =>
    createInstance({ id: `users-${n}`, service: 'users', host: '127.0.0.1', port: 3_000 + n }, sources),
  );
}

/** Picks with one measurement, so that waiting for a promise is not what is measured. */
const BATCH = 200;

/** A pick and the end of its call, by default options, with 1,000 instances against one with 10. */
async function pick1000(): Promise<Measured> {
  const withInstances = (count: number) => {
    const instances = fleet(count);
    const balancer = new InstanceBalancer('users', p2cPeakEwma(Math.random), systemClock, {
      ejection: ejectionSettings({}, Math.random),
    });
    for (let call = 0; call < 20 * count; call += 1) balancer.pick(instances).done('success');
    return async () => {
      for (let call = 0; call < BATCH; call += 1) balancer.pick(instances).done('success');
    };
  };
  const { value, ratio } = await compareCpuTime(withInstances(1_000), withInstances(10), {
    calls: 100,
    against: '',
  });
  const other = value / ratio / BATCH;
  return {
    value: value / BATCH,
    unit: 'ns',
    ratio,
    against: `a pick of 10 instances (about ${other.toFixed(0)} ns)`,
  };
}

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
  const instances = fleet(run.behaviours.length);
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
const fastFailing = () =>
  compareShares({
    behaviours: [{ latencyMs: 1, fails: true }, well, well],
    seconds: 30,
    callsPerSecond: 100,
  });

/** One of three takes a second longer: the first two seconds at 100 calls a second. */
const slow = () =>
  compareShares({ behaviours: [{ latencyMs: 1_020 }, well, well], seconds: 2, callsPerSecond: 100 });

const suite: Suite = async () => ({
  'pick-1000': await pick1000(),
  'fast-failing': await fastFailing(),
  slow: await slow(),
});

export default suite;
