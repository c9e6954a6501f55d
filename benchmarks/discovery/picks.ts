import { systemClock } from '@rookery/common';
import { ejectionSettings, InstanceBalancer, p2cPeakEwma } from '@rookery/discovery';
import { compareCpuTime } from '../cpu-time.ts';
import { type Measured } from '../suite.ts';
import { fleetOf } from './fleet-of.ts';

/** Picks with one measurement, so that waiting for a promise is not what is measured. */
const BATCH = 200;

/** A pick and the end of its call, by default options, with so many instances against one with 10. */
export async function comparePicks(count: number): Promise<Measured> {
  const { value, ratio } = await compareCpuTime(picksAmong(count), picksAmong(10), {
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

function picksAmong(count: number) {
  const instances = fleetOf(count);
  const balancer = new InstanceBalancer('users', p2cPeakEwma(Math.random), systemClock, {
    ejection: ejectionSettings({}, Math.random),
  });
  for (let call = 0; call < 20 * count; call += 1) balancer.pick(instances).done('success');
  return async () => {
    for (let call = 0; call < BATCH; call += 1) balancer.pick(instances).done('success');
  };
}
