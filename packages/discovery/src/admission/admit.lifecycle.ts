import { Logger } from '@nestjs/common';
import { type RegistryBackend } from '../registry/registry-backend.js';
import { type AddressGuard } from './address-guard.js';
import { admitting } from './admitting.js';
import { type AdmissionOptions } from './admission.options.js';

/** The registry behind the check of what it lists, which logs the first refusal of each kind. */
export function admitLogged(
  backend: RegistryBackend,
  options: AdmissionOptions,
  guard: AddressGuard,
): RegistryBackend {
  const logger = new Logger('Discovery');
  return admitting(backend, options, guard, ({ service, id, detail }) =>
    logger.warn(
      `An instance of ${service} is refused, and gets no calls: the id is ${id}. ${detail} Others that are refused for the same reason are only counted.`,
    ),
  );
}
