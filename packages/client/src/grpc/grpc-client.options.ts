import { type Options as LoaderOptions } from '@grpc/proto-loader';
import { check, type Check, checkOptions, is, listOf, OptionsError, required, shape } from '@rookery/common';
import { type PolicyOptions } from '@rookery/resilience';
import {
  type ClientDefinition,
  definitionChecks,
  definitionProblems,
} from '../definition/client-definition.js';

/** A service that is called over gRPC. Without a `policy`, `timeout` is `'30s'` and `retries` is 2. */
export interface GrpcClientOptions extends ClientDefinition {
  /** The package of the contract, such as `users.v1`. */
  package: string;
  /** The file that holds the contract, or the files. */
  protoPath: string | string[];
  /** The contract's service, such as `UserService`. Default: the only one of the package. */
  serviceName?: string;
  /** How messages look in the code. Default: camelCase names, 64 bit numbers and enums as texts, defaults filled in. */
  loader?: LoaderOptions;
}

export const GRPC_CLIENT_DEFAULTS = { timeout: '30s', retries: 2 } as const;

const grpcUrl = check(
  (value) => typeof value === 'string' && URL.canParse(value) && isBareUrl(new URL(value)),
  'an http or https URL without a path, such as "http://users.internal:50051"',
);

function isBareUrl({ protocol, pathname, search, hash }: URL): boolean {
  return /^https?:$/.test(protocol) && pathname === '/' && !search && !hash;
}

const paths: Check = (value, path, problems) =>
  (Array.isArray(value) ? listOf(is.text) : is.text)(value, path, problems);

// What the loader understands is its own business, and it grows.
const loaderOptions = check((value) => typeof value === 'object' && value !== null, 'an object');

const grpcClientOptions: Check = shape<GrpcClientOptions>({
  ...definitionChecks,
  package: required(is.text),
  protoPath: required(paths),
  serviceName: is.text,
  url: grpcUrl,
  loader: loaderOptions,
});

export const FOR_FEATURE = 'GrpcClientModule.forFeature';

/** Refuses what cannot be used, with the path of the option. The contracts are read when the app boots. */
export function checkGrpcClients(definitions: readonly GrpcClientOptions[]): void {
  checkOptions(FOR_FEATURE, listOf(grpcClientOptions), definitions);
  const problems = definitionProblems(definitions);
  if (problems.length > 0) throw new OptionsError(FOR_FEATURE, problems);
}

/**
 * The policies of a client that names none: a total timeout, retries and a circuit breaker. No limit for a single try:
 * most gRPC methods are not idempotent, and a try that timed out could not be repeated anyway.
 */
export function grpcPolicies({
  timeout,
  retries,
}: Pick<ClientDefinition, 'timeout' | 'retries'>): PolicyOptions {
  return {
    timeout: timeout ?? GRPC_CLIENT_DEFAULTS.timeout,
    retry: { attempts: 1 + (retries ?? GRPC_CLIENT_DEFAULTS.retries) },
    circuitBreaker: {},
  };
}
