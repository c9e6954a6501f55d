import { type Answer } from './answer.js';

/** The body of an HTTP response. How long to wait is in a header. */
export function httpBody({ statusCode, message, code, problem }: Answer): object {
  return problem ?? { statusCode, message, code };
}

/**
 * The value of `Retry-After` (RFC 9110, 10.2.3): whole seconds, rounded up, and never 0, which would invite the client
 * back at once.
 */
export function retryAfterSeconds({ retryAfterMs }: Answer): number | undefined {
  return retryAfterMs === undefined ? undefined : Math.max(1, Math.ceil(retryAfterMs / 1_000));
}
