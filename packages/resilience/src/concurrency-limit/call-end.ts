import { statusOf } from '../outcome/status-of.js';
import { kindOf } from '../outcome/outcome.js';
import { type CallEnd } from './call-cohort.js';

/** Too Many Requests, Service Unavailable and Gateway Timeout: the service, or what it calls, has too much to do. */
const OVERLOADED = [429, 503, 504];

/**
 * How a call that failed counts for the limit. Time-outs and refusals say that there is too much to do; their time says
 * nothing, as it is that of the limit or of the refusal. Other failures may be fast or slow for any reason, and calls that
 * the caller gave up or that another policy turned away were not served at all.
 */
export function endOf(error: unknown, caller: AbortSignal | undefined): CallEnd {
  if (kindOf(error, caller) !== 'failure') return 'ignored';
  const status = statusOf(error);
  return status !== undefined && OVERLOADED.includes(status) ? 'overload' : 'ignored';
}
