import {
  checkOptions,
  type Headers,
  headersCheck,
  listOf,
  OptionsError,
  type ProblemClass,
  shape,
  toMilliseconds,
} from '@rookery/common';
import { type PolicyOptions } from '@rookery/resilience';
import {
  type ClientEntry,
  contractClientCheck,
  type ResolvedEntry,
  resolveEntry,
} from './declarative/contract-client.options.js';
import {
  type ClientDefinition,
  definitionChecks,
  definitionProblems,
} from './definition/client-definition.js';
import { problemClassesCheck } from './http/problem-kinds.js';
import { transportChecks, type TransportOptions, transportProblems } from './http/transport.options.js';

/** A service that is called over HTTP. Without a `policy`, `timeout` is `'10s'` and `retries` is 2. */
export interface HttpClientOptions extends ClientDefinition, TransportOptions {
  /** Headers of every request. */
  headers?: Headers;
  /**
   * Classes of problems, made by `ProblemType`, that its calls throw again when the service answers with one. Default: none;
   * every problem is an `HttpStatusError` then, and tells what it says in `problem`.
   */
  errors?: readonly ProblemClass[];
}

export const CLIENT_DEFAULTS = { timeout: '10s', retries: 2, attemptTimeout: '3s' } as const;

export const FOR_FEATURE = 'ClientModule.forFeature';

const httpClientOptions = shape<HttpClientOptions>({
  ...definitionChecks,
  ...transportChecks,
  headers: headersCheck,
  errors: problemClassesCheck,
});

/** Refuses what cannot be used, with the path of the option. */
export function checkClients(given: readonly ClientEntry[]): ResolvedEntry[] {
  checkOptions(FOR_FEATURE, listOf(contractClientCheck), given);
  const entries = given.map(resolveEntry);
  const definitions = entries.map(({ options }) => options);
  checkOptions(FOR_FEATURE, listOf(httpClientOptions), definitions);
  const tokens = entries.map(({ client, options }) => client ?? options.service);
  const problems = [...definitionProblems(definitions, tokens), ...transportProblems(definitions)];
  if (problems.length > 0) throw new OptionsError(FOR_FEATURE, problems);
  return entries;
}

/** The policies of a client that names none: a total timeout, one for each try, retries and a circuit breaker. */
export function defaultPolicies({
  timeout,
  retries,
}: Pick<ClientDefinition, 'timeout' | 'retries'>): PolicyOptions {
  const total = toMilliseconds(timeout ?? CLIENT_DEFAULTS.timeout);
  return {
    timeout: { total, attempt: Math.min(total, toMilliseconds(CLIENT_DEFAULTS.attemptTimeout)) },
    retry: { attempts: 1 + (retries ?? CLIENT_DEFAULTS.retries) },
    circuitBreaker: {},
  };
}
