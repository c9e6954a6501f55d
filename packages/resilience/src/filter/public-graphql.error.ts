import { type Answer, UNKNOWN_ERROR } from './answer.js';

/**
 * What a GraphQL field fails with: graphql-js copies `extensions` to the client's `errors[].extensions`, whatever the
 * driver. The error itself is the `cause`, which no driver sends. Not one of Rookery's errors: it is an answer to one.
 */
export class PublicGraphqlError extends Error {
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(answer: Answer | undefined, cause: unknown) {
    super(answer?.message ?? UNKNOWN_ERROR, { cause });
    this.name = 'PublicGraphqlError';
    this.extensions = answer ? extensionsOf(answer) : { code: 'INTERNAL_SERVER_ERROR', statusCode: 500 };
  }
}

function extensionsOf({ code, statusCode, retryAfterMs, problem }: Answer) {
  return { code, statusCode, ...(retryAfterMs ? { retryAfterMs } : {}), ...(problem && { problem }) };
}
