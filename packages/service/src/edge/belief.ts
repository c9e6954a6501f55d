import { BlockList, isIP } from 'node:net';
import { type EdgeOptions, parseNetwork } from './edge.options.js';

/** The other end of a connection, as a socket knows it. */
export interface Peer {
  readonly remoteAddress?: string | undefined;
  /** Of TLS: whether the peer has shown a certificate that the server's authority has signed. */
  readonly authorized?: boolean | undefined;
}

/** Whether what a peer says about its calls is believed. */
export type Belief = (peer: Peer) => boolean;

/** Believes those whom the options name; everybody where there is no edge. */
export function beliefIn(edge: boolean | EdgeOptions = false): Belief {
  if (edge === false) return () => true;
  const { networks = [], certificates = false } = edge === true ? {} : edge;
  const inside = new BlockList();
  for (const network of networks) {
    const { address, prefix, family } = parseNetwork(network) ?? {};
    if (address !== undefined && prefix !== undefined) inside.addSubnet(address, prefix, family);
  }
  return ({ remoteAddress = '', authorized }) =>
    (certificates && authorized === true) || (networks.length > 0 && isInside(inside, remoteAddress));
}

function isInside(inside: BlockList, address: string): boolean {
  const version = isIP(address);
  return version !== 0 && inside.check(address, version === 4 ? 'ipv4' : 'ipv6');
}
