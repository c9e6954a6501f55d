import {
  check,
  type Check,
  type Clock,
  type Duration,
  is,
  type Random,
  required,
  shape,
  systemClock,
  systemRandom,
  toMilliseconds,
} from '@rookery/common';
import { type RegistryBackend } from './registry-backend.js';

export interface ServiceRegistryOptions {
  /** Where instances are registered. */
  backend: RegistryBackend;
  /** How long an instance stays registered without a sign of life; it beats three times in it. Default `'30s'`. */
  ttl?: Duration;
  /** Default: the system's clock. */
  clock?: Clock;
  /** Default: the system's generator. */
  random?: Random;
}

export const REGISTRY_DEFAULTS = { ttl: '30s' } as const;

/** From a tenth of a second, which only tests use, to a day. */
export const ttlCheck: Check = is.duration({ min: 100, max: 86_400_000 });
export const backendCheck: Check = is.implementing(
  'RegistryBackend',
  'register',
  'list',
  'services',
  'watch',
  'cleanup',
);
export const clockCheck: Check = is.implementing('Clock', 'now', 'monotonic', 'schedule');
export const randomCheck: Check = check(
  (value) => typeof value === 'function',
  'a function like Math.random',
);

export const registryOptionsCheck: Check = shape<ServiceRegistryOptions>({
  backend: required(backendCheck),
  ttl: ttlCheck,
  clock: clockCheck,
  random: randomCheck,
});

/** The options with their defaults, durations in milliseconds. */
export function resolveRegistryOptions(options: ServiceRegistryOptions) {
  const { backend, ttl = REGISTRY_DEFAULTS.ttl, clock = systemClock, random = systemRandom } = options;
  return { backend, ttlMs: toMilliseconds(ttl), clock, random };
}
