/** Request Timeout and Too Many Requests: the request was fine, so a later one may succeed. */
const TEMPORARY = [408, 429];

/**
 * Whether the error says that the request itself was wrong: its `status`, `statusCode` or `getStatus()` is 4xx, except
 * 408 and 429. Sending it again fails again, and the server that says so is in good health.
 */
export function isClientError(error: unknown): boolean {
  const status = statusOf(error);
  return status !== undefined && status >= 400 && status < 500 && !TEMPORARY.includes(status);
}

interface WithStatus {
  readonly status?: unknown;
  readonly statusCode?: unknown;
  readonly getStatus?: unknown;
}

/** The HTTP status that an error carries, whichever library made it. */
export function statusOf(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  const { status, statusCode, getStatus } = error as WithStatus;
  const told: unknown = typeof getStatus === 'function' ? getStatus.call(error) : undefined;
  return [status, statusCode, told].find((candidate) => typeof candidate === 'number');
}
