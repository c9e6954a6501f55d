import { Admission } from '../admission/admission.js';
import { type AdmissionOptions, admissionRules } from '../admission/admission.options.js';
import { disguisedAddress, type SpecialAddress, specialAddress } from '../admission/special-address.js';
import { type Reach } from '../registry/registry-backend.js';

/** What is wrong with the host under which the app is registered. */
export interface HostProblem {
  /** Whether nobody can call the app there. Otherwise it depends on what its callers admit. */
  readonly certain: boolean;
  /** What is wrong and what to do, in sentences. */
  readonly detail: string;
}

/** No instance is there, on whatever network. */
const NOBODYS = new Set<SpecialAddress | undefined>(['unspecified', 'multicast', 'metadata']);

/**
 * Judges the own host as the callers will, who are taken to admit what this app admits. `undefined` when nothing is wrong.
 */
export function ownHostProblem(host: string, admit: AdmissionOptions, reach: Reach): HostProblem | undefined {
  const admission = new Admission(admissionRules(admit, reach));
  if (admission.placeProblem(host) === undefined) return undefined;
  const special = specialAddress(host);
  if (NOBODYS.has(special) || disguisedAddress(host) !== undefined) {
    const kind = special ? ` (${special})` : '';
    const detail = `${host} is no address at which others reach this host${kind}. Give the one that they use.`;
    return { certain: true, detail };
  }
  const what = special
    ? `is a special address (${special})`
    : 'is none of those that admit.allow of this app lists';
  const detail = `${host} ${what}, so callers refuse this instance unless they admit it. Advertise another host, or admit this one in all apps.`;
  return { certain: false, detail };
}
