import { validateHeaderName, validateHeaderValue } from 'node:http';
import { check, type Check } from '../options/check.js';

export type Headers = Readonly<Record<string, string>>;

/** Headers that belong to the connection or say where a request goes and how long it is (RFC 9110, section 7.6.1). */
const OURS = new Set([
  'host',
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/** What is wrong with a header, or `undefined`. It does not show the value, which may be a secret. */
export function headerProblem(name: string, value: unknown): string | undefined {
  if (OURS.has(name.toLowerCase())) return 'Set by the client itself. Leave it out.';
  if (!passes(() => validateHeaderName(name))) return 'Invalid name. Use a header name such as x-tenant.';
  if (typeof value === 'string' && passes(() => validateHeaderValue(name, value))) return undefined;
  return 'Invalid value. Use a text without line breaks and control characters.';
}

/** A check of an option that holds headers. */
export const headersCheck: Check = (value, path, problems) => {
  if (value === undefined) return;
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return anObject(value, path, problems);
  for (const [name, text] of Object.entries(value)) {
    const problem = headerProblem(name, text);
    if (problem) problems.push(`${path}.${name}: ${problem}`);
  }
};

const anObject = check(() => false, 'an object');

/** The same headers with lower-case names, so that laying some over others leaves each one once. */
export function lowerCased(headers: Headers): Headers {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

function passes(validate: () => void): boolean {
  try {
    validate();
    return true;
  } catch {
    return false;
  }
}
