import { check, type Check, is, required, shape } from '@rookery/common';
import { millisecondsOf, protoDuration } from './proto-duration.js';
import {
  type ProtoDuration,
  type RetryThrottling,
  type ServiceConfigHedgingPolicy,
  type ServiceConfigRetryPolicy,
} from './service-config.js';
import { statusCodes } from './status-codes.js';

/** gRPC takes more than 5 for 5; who writes more believes in attempts that are never made. */
const attempts = required(is.wholeNumber({ min: 2, max: 5 }));

const positive = check(
  (value) => typeof value === 'number' && Number.isFinite(value) && value > 0,
  'a number above 0',
);

const someCodes: Check = (value, path, problems) => {
  statusCodes(value, path, problems);
  if (Array.isArray(value) && value.length === 0)
    problems.push(`${path}: Empty. Name at least one status, or leave the policy out.`);
};

const retryFields = shape<ServiceConfigRetryPolicy>({
  maxAttempts: attempts,
  initialBackoff: required(protoDuration),
  maxBackoff: required(protoDuration),
  backoffMultiplier: required(positive),
  retryableStatusCodes: required(someCodes),
});

/** The rules of gRFC A6, and that the longest pause is no shorter than the first. */
export const retryPolicyCheck: Check = (value, path, problems) => {
  const before = problems.length;
  retryFields(value, path, problems);
  if (value === undefined || problems.length > before) return;
  const { initialBackoff, maxBackoff } = value as ServiceConfigRetryPolicy;
  if (millisecondsOf(maxBackoff) >= millisecondsOf(initialBackoff)) return;
  problems.push(
    `${path}.maxBackoff: ${maxBackoff} is shorter than initialBackoff, ${initialBackoff}. Use at least that.`,
  );
};

const noTimeOr = (inner: Check): Check => {
  const nothing: ProtoDuration = '0s';
  return (value, path, problems) => (value === nothing ? undefined : inner(value, path, problems));
};

/** The rules of gRFC A6. */
export const hedgingPolicyCheck: Check = shape<ServiceConfigHedgingPolicy>({
  maxAttempts: attempts,
  hedgingDelay: noTimeOr(protoDuration),
  nonFatalStatusCodes: statusCodes,
});

/** The rules of gRFC A6. */
export const throttlingCheck: Check = shape<RetryThrottling>({
  maxTokens: required(
    check(
      (value) => typeof value === 'number' && value > 0 && value <= 1_000,
      'a number above 0, up to 1000',
    ),
  ),
  // Only three digits behind the point count.
  tokenRatio: required(
    check(
      (value) => typeof value === 'number' && Number.isFinite(value) && value >= 0.001,
      'a number of at least 0.001',
    ),
  ),
});
