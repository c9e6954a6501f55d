import { createRequire } from 'node:module';
import type * as Grpc from '@grpc/grpc-js';
import { type RpcServer } from '@rookery/common';
import { type Belief } from './belief.js';
import { isOversized } from './fleet-headers.js';

/** What is used of Nest's gRPC server. */
interface NestGrpcServer {
  options?: { readonly channelOptions?: Grpc.ServerOptions };
}

/**
 * Takes from every call's metadata what its caller is not believed, before any other interceptor sees it. To be called
 * before the server listens: Nest makes the server of grpc-js then, with the interceptors of its `channelOptions`.
 */
export function guardGrpc(
  server: RpcServer & NestGrpcServer,
  believes: Belief,
  isFleetHeader: (name: string) => boolean,
): void {
  const { channelOptions = {} } = server.options ?? {};
  const { interceptors = [] } = channelOptions;
  const ours = guarding(believes, isFleetHeader);
  // The app's own object stays as it is: it may serve for another server.
  server.options = {
    ...server.options,
    channelOptions: { ...channelOptions, interceptors: [ours, ...interceptors] },
  };
}

function guarding(believes: Belief, isFleetHeader: (name: string) => boolean): Grpc.ServerInterceptor {
  // Loaded as Nest loads it, and only with a gRPC server: others need not install it.
  const grpc = createRequire(import.meta.url)('@grpc/grpc-js') as typeof Grpc;
  return (_method, call) =>
    new grpc.ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata(metadata, pass) {
            const stranger = !believes(peerOf(call));
            for (const name of Object.keys(metadata.getMap())) {
              const unwanted = stranger && isFleetHeader(name);
              if (unwanted || isOversized(name, metadata.get(name).join(','))) metadata.remove(name);
            }
            pass(metadata);
          },
        }),
    });
}

/** grpc-js tells the peer as `address:port`, and shows its certificate only when it was verified. */
function peerOf(call: Grpc.ServerInterceptingCallInterface): { remoteAddress: string; authorized: boolean } {
  const { sslPeerCertificate } = call.getAuthContext();
  const remoteAddress = call.getPeer().replace(/:\d+$/, '').replaceAll(/[[\]]/g, '');
  return { remoteAddress, authorized: Object.keys(sslPeerCertificate ?? {}).length > 0 };
}
