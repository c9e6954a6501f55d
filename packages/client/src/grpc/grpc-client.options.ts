import { type Options as LoaderOptions } from '@grpc/proto-loader';
import {
  check,
  type Check,
  checkOptions,
  type Duration,
  is,
  listOf,
  OptionsError,
  required,
  shape,
} from '@rookery/common';
import { type PolicyOptions } from '@rookery/resilience';
import {
  type ClientDefinition,
  definitionChecks,
  definitionProblems,
} from '../definition/client-definition.js';
import { serviceConfigCheck } from './service-config/service-config-check.js';
import { type GrpcServiceConfig } from './service-config/service-config.js';
import { type GrpcTlsOptions, tlsCheck } from './tls/tls.options.js';

/** How a connection that is silent is tried while calls wait on it. */
export interface GrpcKeepalive {
  /**
   * Ping after this long without a word. Servers of gRPC close connections that are pinged more often than they allow, which
   * is every 5 minutes unless they say otherwise (gRFC A8). Default `'6m'`.
   */
  time?: Duration;
  /** The connection is given up when no answer comes within this time. Default `'20s'`. */
  timeout?: Duration;
}

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
  /** How connections are encrypted. With it, only instances that register as `grpcs` are called. Default: as each registers. */
  tls?: GrpcTlsOptions;
  /** How large a message may be that is received, in bytes, also once it is decompressed. Default 4 MiB, as with gRPC. */
  maxReceiveMessageLength?: number;
  /** How large a message may be that is sent, in bytes. Default: unlimited, as with gRPC. */
  maxSendMessageLength?: number;
  /** How connections are found out whose other end has vanished while a stream is open on them. */
  keepalive?: GrpcKeepalive;
  /**
   * Timeouts and retries for single methods, as gRPC writes them. They become policies of this client. Not with a `policy`.
   * Default: none.
   */
  serviceConfig?: GrpcServiceConfig;
}

export const GRPC_CLIENT_DEFAULTS = {
  timeout: '30s',
  retries: 2,
  maxReceiveMessageLength: 4 * 1024 * 1024,
  keepalive: { time: '6m', timeout: '20s' },
} as const;

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

const bytes = is.wholeNumber({ min: 1, max: 2 ** 31 - 1 });

const grpcClientOptions: Check = shape<GrpcClientOptions>({
  ...definitionChecks,
  package: required(is.text),
  protoPath: required(paths),
  serviceName: is.text,
  url: grpcUrl,
  loader: loaderOptions,
  tls: tlsCheck,
  maxReceiveMessageLength: bytes,
  maxSendMessageLength: bytes,
  keepalive: shape<GrpcKeepalive>({
    time: is.duration({ min: 1_000, max: 86_400_000 }),
    timeout: is.duration({ min: 1, max: 86_400_000 }),
  }),
  serviceConfig: serviceConfigCheck,
});

export const FOR_FEATURE = 'GrpcClientModule.forFeature';

/** Refuses what cannot be used, with the path of the option. The contracts are read when the app boots. */
export function checkGrpcClients(definitions: readonly GrpcClientOptions[]): void {
  checkOptions(FOR_FEATURE, listOf(grpcClientOptions), definitions);
  const problems = [...definitionProblems(definitions), ...definitions.flatMap(misfitsOf)];
  if (problems.length > 0) throw new OptionsError(FOR_FEATURE, problems);
}

function misfitsOf({ policy, serviceConfig, tls, url }: GrpcClientOptions, index: number): string[] {
  const problems: string[] = [];
  if (policy !== undefined && serviceConfig !== undefined)
    problems.push(`[${index}]: policy cannot be combined with serviceConfig. Leave one of them out.`);
  if (tls !== undefined && url?.startsWith('http:'))
    problems.push(`[${index}].url: With tls, use an https URL: this one would not be encrypted.`);
  return problems;
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
