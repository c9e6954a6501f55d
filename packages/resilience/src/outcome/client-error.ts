import { isTemporaryAtAws } from './aws-error.js';
import { statusOf } from './status-of.js';

/** Request Timeout and Too Many Requests: the request was fine, so a later one may succeed. */
const TEMPORARY = [408, 429];

/**
 * Whether the error says that the request itself was wrong: its HTTP status is 4xx, except 408, 429, what AWS answers
 * with 400 in their place, and what calls itself `passing`. Sending it again fails again, and the server that says so is
 * in good health.
 */
export function isClientError(error: unknown): boolean {
  const status = statusOf(error);
  if (status === undefined || status < 400 || status >= 500 || TEMPORARY.includes(status)) return false;
  return !isTemporaryAtAws(error as object) && (error as { passing?: unknown }).passing !== true;
}
