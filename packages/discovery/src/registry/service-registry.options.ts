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
import { acceptsConnection } from './accepts-connection.js';
import { type RegistryBackend } from './registry-backend.js';
import { type Answers } from './unlisted-instances.js';

export interface ServiceRegistryOptions {
  /** Where instances are registered. */
  backend: RegistryBackend;
  /** How long an instance stays registered without a sign of life; it beats three times in it. Default `'30s'`. */
  ttl?: Duration;
  /**
   * Whether an instance still answers. Asked only about those that vanish when a list becomes empty, loses more than
   * half at once, or was lost less than a time to live ago: they stay on it while they do, for a time to live after the
   * registry lists anybody, and for ten minutes at most. `undefined`
   * says that it cannot be told now, and keeps it as well. Default: whether the port accepts a TCP connection within a second.
   */
  answers?: Answers;
  /** Default: the system's clock. */
  clock?: Clock;
  /** Default: the system's generator. */
  random?: Random;
}

export const REGISTRY_DEFAULTS = { ttl: '30s' } as const;

/** From a tenth of a second, which only tests use, to a day. */
export const ttlCheck: Check = is.duration({ min: 100, max: 86_400_000 });
const isBackend: Check = is.implementing(
  'RegistryBackend',
  'register',
  'list',
  'services',
  'watch',
  'cleanup',
);
export const backendCheck: Check = (value, path, problems) => {
  if (typeof value === 'function')
    problems.push(`${path}: This is a function. Call it: ${value.name || path}().`);
  else isBackend(value, path, problems);
};
export const clockCheck: Check = is.implementing('Clock', 'now', 'monotonic', 'schedule');
export const randomCheck: Check = check(
  (value) => typeof value === 'function',
  'a function like Math.random',
);

const answersCheck: Check = check((value) => typeof value === 'function', 'a function');

export const registryOptionsCheck: Check = shape<ServiceRegistryOptions>({
  backend: required(backendCheck),
  ttl: ttlCheck,
  answers: answersCheck,
  clock: clockCheck,
  random: randomCheck,
});

/** The options with their defaults, durations in milliseconds. */
export function resolveRegistryOptions(options: ServiceRegistryOptions) {
  const { backend, ttl = REGISTRY_DEFAULTS.ttl, answers = acceptsConnection } = options;
  const { clock = systemClock, random = systemRandom } = options;
  return { backend, ttlMs: toMilliseconds(ttl), answers, clock, random };
}
