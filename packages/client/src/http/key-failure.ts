import { type ProblemDetails, type RookeryError } from '@rookery/common';
import { type HttpStatusError } from '../errors/http-status.error.js';
import { IdempotencyKeyReusedError } from '../errors/idempotency-key-reused.error.js';
import { StillInFlightError } from '../errors/still-in-flight.error.js';

/**
 * What an answer says about the idempotency key of its request (draft-ietf-httpapi-idempotency-key-header-07, section
 * 2.7), or `undefined` when it speaks of something else: 409 and 422 have other meanings as well. It speaks of the key when
 * its problem says so, and a 409 also when this is not the first try, as the first may still be under way.
 *
 * @param number Which try it was; the first is 1.
 */
export function keyFailure(failure: HttpStatusError, number: number): RookeryError | undefined {
  const { request, status, problem } = failure;
  const named = namesKey(problem);
  if (status === 409 && (named || number > 1)) return new StillInFlightError(request, failure);
  return status === 422 && named ? new IdempotencyKeyReusedError(request, failure) : undefined;
}

/** The draft fixes no `type`; its examples, and those who follow them, name the header in it or in the title. */
function namesKey(problem: ProblemDetails | undefined): boolean {
  return /idempoten/i.test(`${problem?.type} ${problem?.title}`);
}
