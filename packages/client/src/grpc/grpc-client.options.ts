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

/** A service that is called over gRPC. */
export interface GrpcClientOptions {
  /** The name it registers under. One name stands for one protocol: its instances must register as `grpc`. */
  service: string;
  /** The package of the contract, such as `users.v1`. */
  package: string;
  /** The file that holds the contract, or the files. */
  protoPath: string | string[];
  /** The contract's service, such as `UserService`. Default: the only one of the package. */
  serviceName?: string;
  /** Its fixed URL, when it is not to be found through discovery. With `https` the connection is encrypted. */
  url?: string;
  /** The name of the policy of `ResilienceModule.forRoot({ policies })` that guards the calls. */
  policy?: string;
  /** How long a caller waits for an answer, retries included, when no `policy` is named. Default `'30s'`. */
  timeout?: Duration;
  /** How many times a call is tried again when that is safe, when no `policy` is named. Default 2. */
  retries?: number;
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
  service: required(is.serviceName),
  package: required(is.text),
  protoPath: required(paths),
  serviceName: is.text,
  url: grpcUrl,
  policy: is.text,
  timeout: is.duration({ min: 1 }),
  retries: is.wholeNumber({ max: 20 }),
  loader: loaderOptions,
});

export const FOR_FEATURE = 'GrpcClientModule.forFeature';

/** Refuses what cannot be used, with the path of the option. The contracts are read when the app boots. */
export function checkGrpcClients(definitions: readonly GrpcClientOptions[]): void {
  checkOptions(FOR_FEATURE, listOf(grpcClientOptions), definitions);
  const problems = definitions.flatMap((definition, index) =>
    problemsOf(definition, definitions.slice(0, index)).map((problem) => `[${index}]${problem}`),
  );
  if (problems.length > 0) throw new OptionsError(FOR_FEATURE, problems);
}

function problemsOf(
  { service, policy, timeout, retries }: GrpcClientOptions,
  earlier: readonly GrpcClientOptions[],
): string[] {
  const problems: string[] = [];
  if (policy !== undefined && (timeout ?? retries) !== undefined) {
    problems.push(`: policy cannot be combined with timeout or retries. Set them in the policy "${policy}".`);
  }
  if (earlier.some((other) => other.service === service)) {
    problems.push(
      `.service: "${service}" is in this list already, and would replace the client of the first. Put it in a module of its own.`,
    );
  }
  return problems;
}

/**
 * The policies of a client that names none: a total timeout, retries and a circuit breaker. No limit for a single try:
 * most gRPC methods are not idempotent, and a try that timed out could not be repeated anyway.
 */
export function grpcPolicies({
  timeout,
  retries,
}: Pick<GrpcClientOptions, 'timeout' | 'retries'>): PolicyOptions {
  return {
    timeout: timeout ?? GRPC_CLIENT_DEFAULTS.timeout,
    retry: { attempts: 1 + (retries ?? GRPC_CLIENT_DEFAULTS.retries) },
    circuitBreaker: {},
  };
}
