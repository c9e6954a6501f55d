import { type ClientOptions } from '@grpc/grpc-js';
import { SCHEME } from './register-scheme.js';

/** What is used of Nest's `ClientGrpcProxy`. */
export interface NestGrpcClient {
  options: NestGrpcClientOptions;
  /** Those that were made already, one for each service of the contract. */
  readonly clients?: ReadonlyMap<string, unknown>;
  getClientByServiceName(name: string): unknown;
}

interface NestGrpcClientOptions {
  readonly url?: unknown;
  readonly channelOptions?: Partial<ClientOptions>;
}

/** Whether it is a gRPC client of Nest whose target is ours. It is recognised by its shape: there may be two copies of Nest. */
export function isOurs(candidate: unknown): candidate is NestGrpcClient & { options: { url: string } } {
  if (typeof candidate !== 'object' || candidate === null) return false;
  const { getClientByServiceName, options } = candidate as Partial<NestGrpcClient>;
  return (
    typeof getClientByServiceName === 'function' &&
    typeof options?.url === 'string' &&
    options.url.startsWith(`${SCHEME}:`)
  );
}
