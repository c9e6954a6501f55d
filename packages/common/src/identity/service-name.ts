import { OptionsError } from '../errors/options.error.js';
import { type ServiceInfo } from './service-info.js';

/** The service's name: the module's own option, else what `ServiceModule` says. Throws when there is neither. */
export function resolveServiceName(
  where: string,
  option: string | undefined,
  info: ServiceInfo | undefined,
): string {
  const name = option ?? info?.name;
  if (!name) {
    throw new OptionsError(where, [
      'service: Missing. Import ServiceModule.forRoot({ name }), or give this module a service option.',
    ]);
  }
  return name;
}
