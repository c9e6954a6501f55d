import { type Clock, systemClock } from '@rookery/common';
import { type RegistryBackend } from '../registry/registry-backend.js';
import { MemoryBackend } from './memory-backend.js';

/**
 * A registry inside this process, for tests and for several apps in one process. Give the same object to each of them.
 *
 * @param options `clock`: default the system's.
 */
export function memoryRegistry(options: { readonly clock?: Clock } = {}): RegistryBackend {
  return new MemoryBackend(options.clock ?? systemClock);
}
