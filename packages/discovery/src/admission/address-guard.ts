import { isIP, type LookupFunction } from 'node:net';
import { type ServiceInstance } from '../instance/service-instance.js';
import { Admission } from './admission.js';
import { admissionRules } from './admission.options.js';
import { checkedLookup } from './checked-lookup.js';

/**
 * Knows how the host name of each admitted instance is to be resolved: by the rules of the registry that lists it, so
 * that it leads nowhere where the registry's instances may not be. One for each app.
 */
export class AddressGuard {
  readonly #lookups = new WeakMap<ServiceInstance, LookupFunction>();
  /** For an instance that no registry of this app has listed: the rules for one of the network. */
  readonly #strict = checkedLookup(new Admission(admissionRules({}, 'network')));

  /**
   * For the option `lookup` of `net.connect` and of HTTP agents: the same function for all instances of one registry, whatever
   * their service, because they have the same rules. It fails with an `AddressRefusedError`. `undefined` for an instance whose host is an address, which was checked.
   */
  lookupFor(instance: ServiceInstance): LookupFunction | undefined {
    if (isIP(instance.host) !== 0) return undefined;
    return this.#lookups.get(instance) ?? this.#strict;
  }

  /** Notes how the name of an instance that was let in is resolved. @internal */
  admitted(instance: ServiceInstance, lookup: LookupFunction): void {
    this.#lookups.set(instance, lookup);
  }
}
