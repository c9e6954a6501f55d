import { ConnectionError } from '../errors/connection.error.js';
import { GrpcStatusError } from '../errors/grpc-status.error.js';
import { OpenFurtherDownError } from '../errors/open-further-down.error.js';
import { isNobodyThere } from '../execute/retry-rules.js';
import { type MethodPlan } from './service-config/method-plan.js';

/**
 * Whether to try again where a service config says after which statuses that is right. A call without an answer has the
 * status UNAVAILABLE (gRFC A6); one that never arrived may always be sent again. Without a word of a service config: as
 * `mayRetry` says.
 */
export function mayRetryMethod({ retryable }: MethodPlan): ((error: unknown) => boolean) | undefined {
  if (!retryable) return undefined;
  return (error) => {
    if (isNobodyThere(error)) return true;
    if (error instanceof ConnectionError) return !error.sent || retryable.has('UNAVAILABLE');
    const answer = error instanceof OpenFurtherDownError ? error.cause : error;
    return answer instanceof GrpcStatusError && retryable.has(answer.grpcStatus) && !answer.retryForbidden;
  };
}
