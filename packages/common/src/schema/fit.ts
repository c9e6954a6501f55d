import { messageOf } from '../errors/message-of.js';
import { issuesOf, type SchemaIssue } from './issue.js';
import { type Schema } from './schema.js';

/** What a schema makes of a value, or why it does not fit. */
export type Fit<T> =
  { readonly value: T; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] };

/** Holds a value against a schema, which may take its time. Rejects with whatever the schema itself throws. */
export async function fit<T>(schema: Schema<T>, value: unknown): Promise<Fit<T>> {
  const result = await schema['~standard'].validate(value);
  return result.issues ? { issues: issuesOf(result.issues) } : { value: result.value };
}

/**
 * The same for a value that comes from elsewhere: a schema that throws could make nothing of it, which says as little of whoever
 * sent it as if it did not fit. `cause` is what it threw.
 */
export async function fitForeign<T>(
  schema: Schema<T>,
  value: unknown,
): Promise<Fit<T> & { readonly cause?: unknown }> {
  try {
    return await fit(schema, value);
  } catch (cause) {
    return { issues: [{ path: '', message: messageOf(cause) }], cause };
  }
}
