import { isAbsolute, join } from 'node:path';
import {
  check,
  checkOptions,
  type Clock,
  defaultDirectory,
  is,
  type Random,
  shape,
  systemClock,
  systemRandom,
} from '@rookery/common';
import { type RegistryBackend } from '../registry/registry-backend.js';
import { clockCheck, randomCheck } from '../registry/service-registry.options.js';
import { LeaseFileBackend } from './lease-file-backend.js';
import { LeaseSpace } from './lease-space.js';

export interface LeaseFileOptions {
  /**
   * The directory of all namespaces, as an absolute path; only this user may be able to write to it. Default: one among the
   * temporary files.
   */
  directory?: string;
  /** Keeps systems on one host apart: services see only those of the same namespace. Default `'default'`. */
  namespace?: string;
  /** Default: the system's clock. */
  clock?: Clock;
  /** Default: the system's generator. */
  random?: Random;
}

const optionsCheck = shape<LeaseFileOptions>({
  directory: check(
    (value) => typeof value === 'string' && isAbsolute(value),
    'an absolute path: processes that start elsewhere would not meet in a relative one',
  ),
  namespace: is.serviceName,
  clock: clockCheck,
  random: randomCheck,
});

/**
 * The embedded registry: a file for each instance, in a private directory. It serves the processes of one host that
 * belong to one user, and needs no server.
 */
export function leaseFileRegistry(options: LeaseFileOptions = {}): RegistryBackend {
  const { directory = defaultDirectory(), namespace = 'default' } = checkOptions(
    'leaseFileRegistry',
    optionsCheck,
    options,
  );
  const { clock = systemClock, random = systemRandom } = options;
  return new LeaseFileBackend(new LeaseSpace(join(directory, namespace), clock, random));
}
