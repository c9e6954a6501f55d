import { type HttpMethod } from './http-request.js';

const IDEMPOTENT = new Set<HttpMethod>(['GET', 'PUT', 'DELETE']);

/** Whether a method may be executed twice without harm (RFC 9110, section 9.2.2). */
export function isIdempotent(method: HttpMethod): boolean {
  return IDEMPOTENT.has(method);
}
