import { type Check } from './check.js';
import { passes } from './passes.js';

/** The value of a JSON text that passes the check; `undefined` for any other text, as one that anybody may have written. */
export function parseJson(text: string, check: Check): unknown {
  try {
    const value: unknown = JSON.parse(text);
    return passes(check, value) ? value : undefined;
  } catch {
    return undefined;
  }
}
