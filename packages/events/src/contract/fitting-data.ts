import { atPlaces, type Fit, fit, type Schema } from '@rookery/common';
import { InvalidEventError } from '../event/invalid-event.error.js';

/**
 * Holds data that is to be published against its schema. What is sent is the data as it was given, so that a schema which makes
 * something else of it makes the same of it again on the other side. Rejects with an `InvalidEventError`.
 */
export async function assertFits(schema: Schema | undefined, data: unknown): Promise<void> {
  if (!schema) return;
  const { issues } = await fitOf(schema, data);
  if (issues) throw new InvalidEventError(`data: It does not fit its schema${atPlaces(issues)}.`, { issues });
}

/** A schema that throws could make nothing of the data. */
export async function fitOf<T>(schema: Schema<T>, data: unknown): Promise<Fit<T>> {
  try {
    return await fit(schema, data);
  } catch (error) {
    return { issues: [{ path: '', message: String(error) }] };
  }
}
