import { systemClock } from '@rookery/common';
import { createInstance, type ServiceInstance } from '@rookery/discovery';
import { instanceOf } from './ways/way.ts';

/** So many instances of one service. */
export function fleetOf(count: number): ServiceInstance[] {
  const sources = { clock: systemClock, random: Math.random };
  return Array.from({ length: count }, (_, n) => createInstance(instanceOf(`users-${n}`), sources));
}
