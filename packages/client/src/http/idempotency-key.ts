import { randomUUID } from 'node:crypto';

/** The header that carries the key (draft-ietf-httpapi-idempotency-key-header-07). */
const HEADER = 'idempotency-key';

/**
 * The header for what the option `idempotencyKey` says: one value for all tries of the call. A key is a structured string
 * (RFC 9651, section 3.3.3), so it stands in quotes. Throws a `TypeError` for what cannot be a key.
 *
 * @param headers The other headers of the call, with names in lower case.
 */
export function idempotencyHeader(
  key: unknown,
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  if (key === undefined) return NONE;
  if (HEADER in headers) {
    throw new TypeError(
      'idempotencyKey: The header idempotency-key is given as well. Leave one of them out.',
    );
  }
  return { [HEADER]: `"${checked(key).replaceAll(/["\\]/g, '\\$&')}"` };
}

const NONE = {};

function checked(key: unknown): string {
  if (key === true) return randomUUID();
  if (typeof key === 'string' && /^[ -~]{1,255}$/.test(key)) return key;
  throw new TypeError('idempotencyKey: Use true, or a text of 1 to 255 printable ASCII characters.');
}
