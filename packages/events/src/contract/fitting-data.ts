import { atPlaces, fitForeign, messageOf, type Schema } from '@rookery/common';
import { InvalidEventError } from '../event/invalid-event.error.js';

/**
 * Holds data that is to be published against its schema, in the form in which it arrives: a `Date` is a text there. What is sent
 * is the data as it was given, so that a schema which makes something else of it makes it on the other side. Rejects with an
 * `InvalidEventError`.
 */
export async function assertFits(schema: Schema | undefined, data: unknown): Promise<void> {
  if (!schema) return;
  const { issues } = await fitForeign(schema, arriving(data));
  if (issues) throw new InvalidEventError(`data: It does not fit its schema${atPlaces(issues)}.`, { issues });
}

function arriving(data: unknown): unknown {
  try {
    const text = JSON.stringify(data) as string | undefined;
    return text === undefined ? undefined : JSON.parse(text);
  } catch (error) {
    throw new InvalidEventError(`data: JSON cannot carry it (${messageOf(error)}).`, { cause: error });
  }
}
