import { type Answer, UNKNOWN_ERROR } from './answer.js';

/** An error as Nest's message transports send it: microservices as the error, gateways as the event `exception`. */
export interface ErrorMessage extends Partial<Answer> {
  readonly status: 'error';
  readonly message: string;
}

/** What a microservice or a gateway sends. Without an answer: what Nest says of an unknown error. */
export function errorMessage(answer: Answer | undefined): ErrorMessage {
  if (!answer) return { status: 'error', message: UNKNOWN_ERROR };
  const { code, statusCode, message, retryAfterMs, problem } = answer;
  return {
    status: 'error',
    code,
    statusCode,
    message,
    ...(retryAfterMs ? { retryAfterMs } : {}),
    ...(problem && { problem }),
  };
}
