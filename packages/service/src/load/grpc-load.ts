import { createRequire } from 'node:module';
import type * as Grpc from '@grpc/grpc-js';
import { type RpcServer } from '@rookery/common';
import { LOAD_HEADER } from '@rookery/discovery';
import { type LoadReport } from './load-report.js';

/** What is used of Nest's gRPC server. */
interface NestGrpcServer {
  options?: { readonly channelOptions?: Grpc.ServerOptions };
}

/**
 * Adds the load to the trailers of a gRPC server's calls whose metadata ask for it by the same key. To be called before
 * the server listens: Nest makes the server of grpc-js then, with the interceptors of its `channelOptions`.
 */
export function reportGrpcLoad(server: RpcServer & NestGrpcServer, report: LoadReport): void {
  const { channelOptions = {} } = server.options ?? {};
  const { interceptors = [] } = channelOptions;
  // The app's own object stays as it is: it may serve for another server.
  server.options = {
    ...server.options,
    channelOptions: { ...channelOptions, interceptors: [...interceptors, loadInterceptor(report)] },
  };
}

function loadInterceptor(report: LoadReport): Grpc.ServerInterceptor {
  // Loaded as Nest loads it, and only with a gRPC server: others need not install it.
  const grpc = createRequire(import.meta.url)('@grpc/grpc-js') as typeof Grpc;
  const withLoad = (metadata: Grpc.Metadata | null | undefined): Grpc.Metadata => {
    const trailers = metadata?.clone() ?? new grpc.Metadata();
    trailers.set(LOAD_HEADER, report());
    return trailers;
  };
  return (_method, call) => {
    let asked = false;
    return new grpc.ServerInterceptingCall(call, {
      start: (next) =>
        next({
          onReceiveMetadata(metadata, pass) {
            asked = metadata.get(LOAD_HEADER).length > 0;
            pass(metadata);
          },
        }),
      sendStatus: (status, pass) => pass(asked ? { ...status, metadata: withLoad(status.metadata) } : status),
    });
  };
}
