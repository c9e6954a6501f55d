import { type Metadata, status } from '@grpc/grpc-js';
import { type Outcome } from '../../endpoint/endpoint.js';
import { GrpcStatusError } from '../../errors/grpc-status.error.js';
import { textsOf } from '../channel/metadata.js';

/** What the status that ended a try says about the instance. */
export interface TryEnd {
  readonly outcome: Outcome;
  /** How long the instance asked its callers to stay away. */
  readonly retryAfterMs?: number | undefined;
}

const SUCCESS: TryEnd = { outcome: 'success' };
/** Nobody on this side wants more of it, which shows nothing. */
const LEFT: TryEnd = { outcome: 'ignored' };

/**
 * Judges as `GrpcServiceClient` does: most statuses, even bad ones, show an instance that works.
 * @param answered Whether the answer had begun: a stream that ends by its time then says nothing against the instance.
 */
export function outcomeOf(code: status, trailers: Metadata, answered: boolean): TryEnd {
  if (code === status.OK) return SUCCESS;
  if (code === status.CANCELLED || (answered && code === status.DEADLINE_EXCEEDED)) return LEFT;
  const error = new GrpcStatusError('', code, { details: '', metadata: textsOf(trailers) });
  return error.instanceFailed ? { outcome: 'failure', retryAfterMs: error.retryAfterMs } : SUCCESS;
}
