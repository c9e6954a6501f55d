import { CallerGoneError } from '@rookery/common';

/** Why a call is over before its answer. */
type Over = 'DEADLINE_EXCEEDED' | 'CALLER_GONE';

/** What is answered over HTTP, in the form of all of Rookery's errors. Who has left does not read it. */
export const HTTP_ANSWERS = {
  DEADLINE_EXCEEDED: { statusCode: 504, message: 'Gateway Timeout', code: 'DEADLINE_EXCEEDED' },
  CALLER_GONE: { statusCode: 499, message: 'Client Closed Request', code: 'CALLER_GONE' },
} as const satisfies Record<Over, object>;

/** The same as gRPC statuses: DEADLINE_EXCEEDED and CANCELLED. */
const GRPC_ANSWERS = {
  DEADLINE_EXCEEDED: { code: 4, details: 'Deadline exceeded' },
  CALLER_GONE: { code: 1, details: 'The caller has left' },
} as const satisfies Record<Over, object>;

function overBy(reason: unknown): Over {
  return reason instanceof CallerGoneError ? 'CALLER_GONE' : 'DEADLINE_EXCEEDED';
}

/** The answer to a request that ended by the abort of its signal, for this reason. */
export function httpAnswer(reason: unknown): (typeof HTTP_ANSWERS)[Over] {
  return HTTP_ANSWERS[overBy(reason)];
}

/** The same for a message: as Nest's transports send an error, or as grpc-js does. */
export function messageAnswer(reason: unknown, grpc: boolean): object {
  const over = overBy(reason);
  return grpc ? GRPC_ANSWERS[over] : { status: 'error', ...HTTP_ANSWERS[over] };
}
