import { type Clock, type Random } from '@rookery/common';
import { CONTROL_SERVICE } from '../control/control-service.js';
import { InvalidInstanceError } from '../errors/invalid-instance.error.js';
import { instanceShape } from './instance-checks.js';
import { randomId } from './random-id.js';
import { type NewInstance, type ServiceInstance } from './service-instance.js';

/** What the clock and the random generator are needed for: the start time and the default id. */
export interface InstanceSources {
  readonly clock: Clock;
  readonly random: Random;
}

const RESERVED = `service: ${JSON.stringify(CONTROL_SERVICE)} is kept for requests to instances. Use another name.`;

/** A complete, frozen instance with status `up`. Throws an `InvalidInstanceError` that lists what is wrong. */
export function createInstance(input: NewInstance, { clock, random }: InstanceSources): ServiceInstance {
  if (input.service === CONTROL_SERVICE) throw new InvalidInstanceError([RESERVED]);
  const { id = `${input.service}-${randomId(random)}`, protocol = 'http', version = '0.0.0' } = input;
  const { weight = 1, metadata = {}, zone, ...rest } = input;
  return sealInstance({
    ...rest,
    id,
    protocol,
    version,
    weight,
    metadata,
    ...(zone !== undefined && { zone }),
    status: 'up',
    startedAt: clock.now(),
  });
}

/** What may change about an instance while it is registered. */
export type InstanceChanges = Partial<Pick<ServiceInstance, 'status' | 'weight' | 'metadata'>>;

/** The same instance with some facts replaced, checked again. */
export function changeInstance(instance: ServiceInstance, changes: InstanceChanges): ServiceInstance {
  return sealInstance({ ...instance, ...changes });
}

/** The same facts, checked and frozen. */
export function sealInstance(instance: ServiceInstance): ServiceInstance {
  const problems: string[] = [];
  instanceShape(instance, '', problems);
  if (problems.length > 0) throw new InvalidInstanceError(problems);
  return Object.freeze({ ...instance, metadata: Object.freeze({ ...instance.metadata }) });
}
