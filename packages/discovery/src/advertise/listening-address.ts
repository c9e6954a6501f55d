import { type AddressInfo, Server } from 'node:net';
import { LISTENING_TRANSPORTS, type RpcServer } from '@rookery/common';
import { hostOnThisMachine } from './host-on-this-machine.js';

/** Where a server listens, as the processes of this host reach it, and what it speaks. */
export interface ListeningAddress {
  readonly host: string;
  readonly port: number;
  readonly protocol: string;
}

/** The address of an HTTP server; a text that says why not when it has none. */
export function httpAddress(server: Server): ListeningAddress | string {
  return addressOf(server.address(), 'http');
}

/** Whether the server listens on a port of its own; the messages of the others come through a broker. */
export function hasOwnAddress({ transportId }: RpcServer): boolean {
  return transportId === LISTENING_TRANSPORTS.grpc || transportId === LISTENING_TRANSPORTS.tcp;
}

/** The address of a microservice's server; a text that says why not when it has none. */
export function rpcAddress(server: RpcServer): ListeningAddress | string {
  if (server.transportId === LISTENING_TRANSPORTS.grpc) return grpcAddress(server);
  const below: unknown = server.transportId === LISTENING_TRANSPORTS.tcp ? server.unwrap?.() : undefined;
  if (below instanceof Server) return addressOf(below.address(), 'tcp');
  return 'its transport has no address of its own, because its messages come through a broker. Callers need none; use advertise: false';
}

/** What is used of Nest's gRPC server, and of the server of grpc-js below it, which notes on what ports it listens. */
interface NestGrpcServer {
  readonly url?: string;
  readonly grpcClient?: { readonly boundPorts?: ReadonlyMap<string, { readonly portNumber?: number }> };
}

/** Nest's gRPC server keeps the address that it was given; the port that the system chose is known to grpc-js only. */
function grpcAddress(server: RpcServer & NestGrpcServer): ListeningAddress | string {
  const { url = '', grpcClient } = server;
  const [, host = '', given = ''] = /^(?:dns:\/*)?\[?([^[\]/]+?)\]?:(\d+)$/.exec(url) ?? [];
  const [bound] = [...(grpcClient?.boundPorts?.values() ?? [])];
  const port = Number(given) || bound?.portNumber || 0;
  if (host !== '' && port > 0) return { host: reachable(host), port, protocol: 'grpc' };
  return `the port of "${url}" is not known. Give the gRPC server a fixed port, or advertise.port`;
}

function addressOf(address: AddressInfo | string | null, protocol: string): ListeningAddress | string {
  if (typeof address === 'object' && address !== null) {
    return { host: hostOnThisMachine(address), port: address.port, protocol };
  }
  return `it listens on ${address ?? 'nothing'}, which has no port. Use a port, or advertise: false`;
}

function reachable(address: string): string {
  return hostOnThisMachine({ address, family: '', port: 0 });
}
