import {
  checkOptions,
  type Headers,
  headersCheck,
  listOf,
  OptionsError,
  shape,
  toMilliseconds,
} from '@rookery/common';
import { type PolicyOptions } from '@rookery/resilience';
import {
  type ClientDefinition,
  definitionChecks,
  definitionProblems,
} from './definition/client-definition.js';

/** A service that is called over HTTP. Without a `policy`, `timeout` is `'10s'` and `retries` is 2. */
export interface HttpClientOptions extends ClientDefinition {
  /** Headers of every request. */
  headers?: Headers;
}

export const CLIENT_DEFAULTS = { timeout: '10s', retries: 2, attemptTimeout: '3s' } as const;

export const FOR_FEATURE = 'ClientModule.forFeature';

const httpClientOptions = shape<HttpClientOptions>({ ...definitionChecks, headers: headersCheck });

/** Refuses what cannot be used, with the path of the option. */
export function checkClients(definitions: readonly HttpClientOptions[]): void {
  checkOptions(FOR_FEATURE, listOf(httpClientOptions), definitions);
  const problems = definitionProblems(definitions);
  if (problems.length > 0) throw new OptionsError(FOR_FEATURE, problems);
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
