import { type Clock, type Random } from '@rookery/common';
import { type ServiceInstance } from '../instance/service-instance.js';
import { Registration } from '../registry/registration.js';
import { type RegistryBackend } from '../registry/registry-backend.js';
import { CONTROL_TTL_MS } from './control-service.js';

/** Where entries are posted and read. */
export interface ControlParts {
  readonly backend: RegistryBackend;
  readonly clock: Clock;
  readonly random: Random;
}

/** Puts an entry into the registry and keeps it there until it leaves. */
export function post(entry: ServiceInstance, { backend, clock, random }: ControlParts): Registration {
  const silent = { emit: () => {}, onChange: () => Promise.resolve() };
  return new Registration(entry, { backend, clock, random, ttlMs: CONTROL_TTL_MS, ...silent });
}
