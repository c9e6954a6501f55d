import {
  check,
  type Check,
  checkOptions,
  type Duration,
  is,
  listOf,
  mapOf,
  OptionsError,
  required,
  shape,
  toMilliseconds,
} from '@rookery/common';
import { type PolicyOptions } from '@rookery/resilience';

/** A service that is called. */
export interface HttpClientOptions {
  /** The name it registers under. */
  service: string;
  /** Its fixed URL, when it is not to be found through discovery. */
  url?: string;
  /** The name of the policy of `ResilienceModule.forRoot({ policies })` that guards the calls. */
  policy?: string;
  /** How long a caller waits for an answer, retries included, when no `policy` is named. Default `'10s'`. */
  timeout?: Duration;
  /** How many times a call is tried again when that is safe, when no `policy` is named. Default 2. */
  retries?: number;
  /** Headers of every request. */
  headers?: Record<string, string>;
}

export const CLIENT_DEFAULTS = { timeout: '10s', retries: 2, attemptTimeout: '3s' } as const;

const httpUrl = check(
  (value) => typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol),
  'an http or https URL',
);

const httpClientOptions: Check = shape<HttpClientOptions>({
  service: required(is.serviceName),
  url: httpUrl,
  policy: is.text,
  timeout: is.duration({ min: 1 }),
  retries: is.wholeNumber({ max: 20 }),
  headers: mapOf(is.text),
});

/** Refuses what cannot be used, with the path of the option. */
export function checkClients(definitions: readonly HttpClientOptions[]): void {
  const where = 'ClientModule.forFeature';
  checkOptions(where, listOf(httpClientOptions), definitions);
  const problems = definitions.flatMap(({ policy, timeout, retries }, index) =>
    policy !== undefined && (timeout ?? retries) !== undefined
      ? [`[${index}]: policy cannot be combined with timeout or retries. Set them in the policy "${policy}".`]
      : [],
  );
  if (problems.length > 0) throw new OptionsError(where, problems);
}

/** The policies of a client that names none: a total timeout, one for each try, retries and a circuit breaker. */
export function defaultPolicies({
  timeout,
  retries,
}: Pick<HttpClientOptions, 'timeout' | 'retries'>): PolicyOptions {
  const total = toMilliseconds(timeout ?? CLIENT_DEFAULTS.timeout);
  return {
    timeout: { total, attempt: Math.min(total, toMilliseconds(CLIENT_DEFAULTS.attemptTimeout)) },
    retry: { attempts: 1 + (retries ?? CLIENT_DEFAULTS.retries) },
    circuitBreaker: {},
  };
}
