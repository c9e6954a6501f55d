import { type HttpAdapterHost } from '@nestjs/core';
import { LISTENING_TRANSPORTS, type RequestHookable, type RpcServers } from '@rookery/common';
import { type Belief, beliefIn } from './belief.js';
import { type EdgeOptions } from './edge.options.js';
import { fleetHeader } from './fleet-headers.js';
import { guardGrpc } from './guard-grpc.js';
import { guardRequests } from './guard-requests.js';

/** Guards the app's HTTP and gRPC servers, each as soon as it is there and before it takes a request. */
export class Edge {
  /** Whether what a peer says about its calls is believed. */
  readonly believes: Belief;

  constructor(host: HttpAdapterHost, servers: RpcServers, edge: boolean | EdgeOptions | undefined) {
    this.believes = beliefIn(edge);
    const isFleetHeader = fleetHeader(typeof edge === 'object' ? edge.drop : undefined);
    host.init$.subscribe(() => {
      // An app without HTTP has no adapter, and still begins.
      const adapter: RequestHookable | null = host.httpAdapter;
      if (adapter) guardRequests(adapter, this.believes, isFleetHeader);
    });
    servers.onAdded((server) => {
      if (server.transportId === LISTENING_TRANSPORTS.grpc) guardGrpc(server, this.believes, isFleetHeader);
    });
  }
}
