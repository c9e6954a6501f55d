import { type BlockList, isIP } from 'node:net';
import { required } from '@rookery/common';
import { instanceShape } from '../instance/instance-checks.js';
import { type ServiceInstance } from '../instance/service-instance.js';
import { type AdmissionRules, isRange } from './admission.options.js';
import { disguisedAddress, inList, rangeList, specialAddress } from './special-address.js';

const wholeInstance = required(instanceShape);

/**
 * Why an entry of a registry is not believed. `invalid`: it is no instance. `foreign`: it belongs to another service.
 * `address`: no call may go there. `duplicate`: its id is that of another entry. `crowd`: there are too many.
 * `resolved`: its host is a name, and that leads where no call may go.
 */
export type RefusalReason = 'invalid' | 'foreign' | 'address' | 'duplicate' | 'crowd' | 'resolved';

export interface Verdict {
  readonly reason: RefusalReason;
  /** One sentence: what is wrong, and for an address what to do when it is right. */
  readonly detail: string;
}

/** Judges single entries: whoever can write to a registry could otherwise send calls, and what is in them, anywhere. */
export class Admission {
  readonly #ranges: BlockList;
  readonly #names: readonly string[];

  constructor(readonly rules: AdmissionRules) {
    const { allow = [] } = rules;
    this.#ranges = rangeList(allow.filter(isRange));
    this.#names = allow.filter((entry) => !isRange(entry)).map(plain);
  }

  /** What is wrong with an entry of a service's list; `undefined` when nothing is. */
  judge(service: string, entry: ServiceInstance): Verdict | undefined {
    const problems: string[] = [];
    wholeInstance(entry, '', problems);
    if (problems.length > 0) return { reason: 'invalid', detail: problems.join(' ') };
    if (entry.service !== service)
      return { reason: 'foreign', detail: `It is an instance of ${entry.service}.` };
    const detail = this.placeProblem(entry.host);
    return detail === undefined ? undefined : { reason: 'address', detail };
  }

  /** Why no instance may be at a host, as one sentence and what to do; `undefined` when it may. */
  placeProblem(host: string): string | undefined {
    const disguised = disguisedAddress(host);
    if (disguised !== undefined) return `The host ${host} is the address ${disguised} in another form.`;
    const special = specialAddress(host);
    if (special && !this.rules.special.has(special))
      return `The host ${host} is a special address. If it is right, use admit: { special: ['${special}'] }.`;
    if (this.rules.allow === undefined || this.#allows(host)) return undefined;
    return `The host ${host} is none of those that are allowed. If it is right, add it to admit.allow.`;
  }

  /**
   * Why an admitted name may not lead to an address; `undefined` when it may. That the name is in `allow` says that its
   * owner is trusted with where it leads, but not to special addresses.
   */
  addressProblem(address: string): string | undefined {
    const special = specialAddress(address.replace(/%.*/s, ''));
    if (!special || this.rules.special.has(special)) return undefined;
    return `That is a special address. If it is right, use admit: { special: ['${special}'] }.`;
  }

  #allows(host: string): boolean {
    if (isIP(host) !== 0) return inList(this.#ranges, host);
    const name = plain(host);
    return this.#names.some((known) =>
      known.startsWith('*.') ? name.endsWith(known.slice(1)) : name === known,
    );
  }
}

/** Names are the same in upper and lower case, and with a dot at the end. */
function plain(name: string): string {
  return name.toLowerCase().replace(/\.$/, '');
}
