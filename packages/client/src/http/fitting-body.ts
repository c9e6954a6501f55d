import { atPlaces, fit, type Schema, schemaCheck } from '@rookery/common';
import { refuse } from '../definition/refuse.js';

/**
 * What a schema makes of a body: what is sent then. Throws a `TypeError` when the body does not fit, as it is the caller's
 * mistake; like every message of ours it names the places and not what is there.
 */
export async function fittingBody(body: unknown, schema: Schema): Promise<unknown> {
  refuse(schemaCheck, schema, 'bodySchema');
  const result = await fit(schema, body);
  if (!result.issues) return result.value;
  throw new TypeError(`body: It does not fit bodySchema${atPlaces(result.issues)}.`);
}
