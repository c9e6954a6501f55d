import { type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isRookeryError, messageOf } from '@rookery/common';
import { type AddressGuard, type ServiceInstance } from '@rookery/discovery';

/** An instance with the addresses at which it is. */
export interface Located {
  readonly instance: ServiceInstance;
  readonly addresses: readonly { readonly host: string; readonly port: number }[];
}

/** What came of looking for instances: those whose addresses are known, and why the others' are not. */
export interface Location {
  readonly located: readonly Located[];
  readonly problems: readonly string[];
}

/**
 * Resolves the host names of instances by the rules of the registry that lists them: grpc-js is given addresses only, so
 * that what it connects to is what was admitted.
 */
export class InstanceAddresses {
  /** What was found last, by host: a name that cannot be resolved just now leads where it led before. */
  readonly #known = new Map<string, readonly string[]>();

  constructor(private readonly guard: AddressGuard) {}

  /** Those of which the addresses are known without asking anybody. */
  known(instances: readonly ServiceInstance[]): Location {
    return { located: instances.flatMap((instance) => this.#locate(instance)), problems: [] };
  }

  /** Whether there are names to be resolved. */
  hasNames(instances: readonly ServiceInstance[]): boolean {
    return instances.some(({ host }) => isIP(host) === 0);
  }

  /** Looks all names up. */
  async lookUp(instances: readonly ServiceInstance[]): Promise<Location> {
    const problems: string[] = [];
    await Promise.all(
      instances.map(async (instance) => {
        const lookup = this.guard.lookupFor(instance);
        if (!lookup) return;
        try {
          this.#known.set(instance.host, await addressesOf(instance.host, lookup));
        } catch (error) {
          // What was refused leads nowhere any more; what is not known just now may still be where it was.
          if (isRefusal(error)) this.#known.delete(instance.host);
          problems.push(messageOf(error));
        }
      }),
    );
    return { ...this.known(instances), problems };
  }

  #locate(instance: ServiceInstance): Located[] {
    const { host, port } = instance;
    const hosts = isIP(host) === 0 ? this.#known.get(host) : [host];
    return hosts ? [{ instance, addresses: hosts.map((address) => ({ host: address, port })) }] : [];
  }
}

function isRefusal(error: unknown): boolean {
  return isRookeryError(error, 'ADDRESS_REFUSED');
}

function addressesOf(host: string, lookup: LookupFunction): Promise<readonly string[]> {
  return new Promise((resolve, reject) =>
    lookup(host, { all: true }, (error, found: string | LookupAddress[]) => {
      if (error) reject(error);
      else resolve(typeof found === 'string' ? [found] : found.map(({ address }) => address));
    }),
  );
}
