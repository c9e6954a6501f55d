import { createInstance } from '../instance/create-instance.js';
import { type NewInstance, type ServiceInstance } from '../instance/service-instance.js';

/** An instance for tests: what is left out has a value that is valid and always the same. */
export function sampleInstance(facts: Partial<NewInstance> = {}): ServiceInstance {
  const defaults = { id: 'users-1', service: 'users', host: '127.0.0.1', port: 3_000 };
  const clock = { now: () => 0, monotonic: () => 0, schedule: () => ({ cancel() {} }) };
  return createInstance({ ...defaults, ...facts }, { clock, random: () => 0 });
}
