import {
  type Check,
  type Clock,
  checkOptions,
  createBackoff,
  listOf,
  type Random,
  required,
  shape,
  systemClock,
  systemRandom,
} from '@rookery/common';
import { type RegistryBackend } from '../registry/registry-backend.js';
import { backendCheck, clockCheck, randomCheck } from '../registry/service-registry.options.js';
import { CompositeBackend } from './composite-backend.js';

export interface CompositeOptions {
  /** Default: the system's clock. */
  clock?: Clock;
  /** Default: the system's generator. */
  random?: Random;
}

const registriesCheck: Check = (value, path, problems) => {
  listOf(required(backendCheck))(value, path, problems);
  if (Array.isArray(value) && value.length === 0) problems.push(`${path}: Empty. Give it a registry.`);
};

const argumentsCheck = shape<CompositeOptions & { registries: readonly RegistryBackend[] }>({
  registries: required(registriesCheck),
  clock: clockCheck,
  random: randomCheck,
});

/**
 * Several registries as one. A service is found in the first that has an instance of it, so one that is down or empty is
 * stood in for by the next; lists are never mixed. The app registers in the first that takes registrations, and only
 * there.
 */
export function compositeRegistry(
  registries: readonly RegistryBackend[],
  options: CompositeOptions = {},
): RegistryBackend {
  checkOptions('compositeRegistry', argumentsCheck, { ...options, registries });
  const { clock = systemClock, random = systemRandom } = options;
  return new CompositeBackend(registries, { clock, retryPause: createBackoff({ jitter: 'equal' }, random) });
}
