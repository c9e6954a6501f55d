import { CompositeBackend } from '../composite/composite-backend.js';
import { type RegistryBackend } from '../registry/registry-backend.js';
import { type AddressGuard } from './address-guard.js';
import { type AdmissionOptions } from './admission.options.js';
import { AdmittingBackend } from './admitting-backend.js';
import { type Refusal } from './gate.js';

/**
 * Puts the check of what is listed between a registry and its readers. Of several registries each is checked by itself: what
 * is right in a registry of this host is not therefore right in one of the network.
 *
 * @param guard Learns how the host names of those that are let in are resolved.
 */
export function admitting(
  backend: RegistryBackend,
  options: AdmissionOptions,
  guard: AddressGuard,
  tell: (refusal: Refusal) => void,
): RegistryBackend {
  if (backend instanceof CompositeBackend)
    return backend.behind((member) => admitting(member, options, guard, tell));
  return new AdmittingBackend(backend, options, guard, tell);
}
