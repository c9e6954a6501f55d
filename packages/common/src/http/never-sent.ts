import { systemCode } from '../host/system-error.js';

/** Error codes of connections that were never made, so that not a byte of the request can have arrived. */
const NEVER_SENT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
]);

/** Whether the error of an HTTP request says that the other side cannot have seen it: then another try does no harm. */
export function neverSent(error: unknown): boolean {
  return NEVER_SENT.has(systemCode(error) ?? '');
}
