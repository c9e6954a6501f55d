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
  if (typeof value !== 'object' || value === null || !Array.isArray(value)) {
    problems.push(`${path}: Invalid value. Give it a list: compositeRegistry([first, second]).`);
    return;
  }
  listOf(required(backendCheck))(value, path, problems);
  if (value.length === 0) problems.push(`${path}: Empty. Give it a registry.`);
  value.forEach((member, index) => {
    const first = value.indexOf(member);
    // It would be asked twice, and could not stand in for itself.
    if (first < index) problems.push(`${path}[${index}]: The same registry as [${first}]. Leave it out.`);
  });
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
  // The second of several arguments would be taken for the options.
  const given = Array.isArray(registries) ? { ...options, registries } : { registries };
  checkOptions('compositeRegistry', argumentsCheck, given);
  const { clock = systemClock, random = systemRandom } = options;
  return new CompositeBackend(registries, { clock, retryPause: createBackoff({ jitter: 'equal' }, random) });
}
