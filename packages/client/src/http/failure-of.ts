import {
  fit,
  messageOf,
  parseRetryAfter,
  type ProblemClass,
  type ProblemDetails,
  problemIn,
  received,
  type SchemaIssue,
} from '@rookery/common';
import { HttpStatusError } from '../errors/http-status.error.js';
import { InvalidResponseError } from '../errors/invalid-response.error.js';
import { contentTypeOf } from './decode.js';
import { keyFailure } from './key-failure.js';
import { type Sending } from './send-try.js';
import { headerOf, type WireHead } from './transport.js';

/**
 * What an answer that is no success is thrown as: the problem that the caller knows, what it says about the idempotency key,
 * or its status.
 *
 * @param body The decoded body.
 */
export async function failureOf(sending: Sending, head: WireHead, body: unknown): Promise<Error> {
  const { request, number, parts } = sending;
  const problem = problemIn(contentTypeOf(head), body);
  const retryAfter = parseRetryAfter(headerOf(head, 'retry-after'), parts.clock);
  const failed = (misfit?: InvalidResponseError) =>
    new HttpStatusError(request.label, head.status, body, retryAfter, problem, misfit);
  const kind = problem && request.expected.kinds.get(problem.type);
  if (kind) return knownProblem(kind, problem, failed);
  const failure = failed();
  return (request.expected.keyed && keyFailure(failure, number)) || failure;
}

/** A schema that throws must not hide what the service answered. */
function thrown(error: unknown): { readonly issues: readonly SchemaIssue[] } {
  return { issues: [{ path: '', message: `The schema of its members threw: ${messageOf(error)}` }] };
}

/** A problem whose members are not those of its class is told as the status that it came with, and why. */
async function knownProblem(
  kind: ProblemClass,
  { members, detail, instance }: ProblemDetails,
  failed: (misfit?: InvalidResponseError) => HttpStatusError,
): Promise<Error> {
  const failure = failed();
  const { members: schema, title } = kind.problem;
  const { request, status, retryAfterMs } = failure;
  const result = schema ? await fit(schema, members).catch(thrown) : { value: {} };
  if (result.issues) return failed(new InvalidResponseError(request, undefined, `"${title}"`, result.issues));
  const facts = {
    ...(detail !== undefined && { detail }),
    ...(instance !== undefined && { instance }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    cause: failure,
  };
  return received(kind, result.value, facts, { request, status });
}
