import { type AddressInfo } from 'node:net';

const EVERY_ADDRESS = new Set(['::', '0.0.0.0']);
const LOOPBACK = '127.0.0.1';

/**
 * The address at which the other processes of this host reach a server. One that listens everywhere is reached by the
 * loopback address; one that was bound to a single address only by that one.
 */
export function hostOnThisMachine({ address }: AddressInfo): string {
  return EVERY_ADDRESS.has(address) ? LOOPBACK : address;
}
