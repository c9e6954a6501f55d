import { type Clock, parseRetryAfter } from '@rookery/common';

/** Where errors and answers of the usual libraries keep what the other side said about coming back. */
interface Told {
  /** Rookery's errors. */
  readonly retryAfterMs?: unknown;
  /** An answer of `fetch`, or an error that carries the headers itself. */
  readonly headers?: unknown;
  /** The errors of axios, got and others. */
  readonly response?: { readonly headers?: unknown } | null;
}

/** How long the other side asked to stay away, in milliseconds; `undefined` when it did not ask. */
export function askedWait(outcome: unknown, clock: Clock): number | undefined {
  if (typeof outcome !== 'object' || outcome === null) return undefined;
  const { retryAfterMs, headers, response } = outcome as Told;
  if (typeof retryAfterMs === 'number' && retryAfterMs >= 0) return retryAfterMs;
  return parseRetryAfter(retryAfterOf(headers) ?? retryAfterOf(response?.headers), clock);
}

/** The header out of a `Headers`, a map or a plain object with names in lower or canonical case. */
function retryAfterOf(headers: unknown): string | undefined {
  if (typeof headers !== 'object' || headers === null) return undefined;
  const { get, 'retry-after': lower, 'Retry-After': canonical } = headers as Record<string, unknown>;
  const value: unknown = typeof get === 'function' ? get.call(headers, 'retry-after') : (lower ?? canonical);
  return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
}
