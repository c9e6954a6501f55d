import dns from 'node:dns';
import { type LookupFunction } from 'node:net';
import { AddressRefusedError } from '../errors/address-refused.error.js';
import { type Admission } from './admission.js';

/**
 * Resolves host names as the system does, and gives only the addresses that are admitted: whoever connects through it
 * connects to what was checked. A name that has passed a check alone could lead elsewhere a moment later (DNS rebinding).
 *
 * @param refused Told each time that a name leads to no admitted address.
 */
export function checkedLookup(
  admission: Admission,
  refused: (error: AddressRefusedError) => void = () => {},
): LookupFunction {
  return (host, options, callback) => {
    dns.lookup(host, { ...options, all: true }, (error, addresses) => {
      if (error) return callback(error, []);
      const admitted = addresses.filter(({ address }) => !admission.addressProblem(address));
      const [first] = admitted;
      if (!first) {
        const refusal = refusalOf(host, addresses[0]?.address ?? 'nothing', admission);
        refused(refusal);
        return callback(refusal, []);
      }
      if (options.all) callback(null, admitted);
      else callback(null, first.address, first.family);
    });
  };
}

function refusalOf(host: string, address: string, admission: Admission): AddressRefusedError {
  return new AddressRefusedError(host, address, admission.addressProblem(address) ?? '');
}
