import { checkOptions, type Clock, systemClock } from '@rookery/common';
import { createInstance } from '../instance/create-instance.js';
import { type RegistryBackend } from '../registry/registry-backend.js';
import { StaticBackend } from './static-backend.js';
import { describe, staticOptionsCheck, type StaticRegistryOptions } from './static.options.js';

/**
 * A registry that is a list in the configuration: for services that do not register, and for tests. Nothing can be
 * registered in it, so an app that uses it alone has `advertise: false`.
 *
 * @param sources `clock`: default the system's.
 */
export function staticRegistry(
  options: StaticRegistryOptions,
  { clock = systemClock }: { readonly clock?: Clock } = {},
): RegistryBackend {
  const { services } = checkOptions('staticRegistry', staticOptionsCheck, options);
  // Every instance has an id, so nothing is drawn.
  const sources = { clock, random: () => 0 };
  const instances = Object.entries(services).map(
    ([service, entries]) =>
      [service, entries.map((entry) => createInstance({ service, ...describe(entry) }, sources))] as const,
  );
  return new StaticBackend(new Map(instances));
}
