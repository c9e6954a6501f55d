import { messageOf, OptionsError } from '@rookery/common';
import { type EventContract } from './event-contract.js';

/** A JSON Schema, draft 7. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** What libraries that speak Standard JSON Schema add to their schemas, such as zod 4 and arktype 2. */
interface Converter {
  readonly input: (options: { readonly target: 'draft-07' }) => JsonSchema;
}

/**
 * What the data of an event is on the wire, before its schema makes something else of it. Throws an `OptionsError` when its
 * library cannot say it and the contract does not.
 */
export function jsonSchemaOf({ type, schema, jsonSchema }: EventContract): JsonSchema {
  if (jsonSchema) return jsonSchema;
  const { jsonSchema: converter } = schema['~standard'] as { jsonSchema?: Converter };
  let reason = 'its library does not write any';
  try {
    if (converter) {
      const { $schema: _dialect, ...written } = converter.input({ target: 'draft-07' });
      return written;
    }
  } catch (error) {
    reason = messageOf(error);
  }
  throw new OptionsError(`defineEvent(${JSON.stringify(type)})`, [
    `jsonSchema: Missing. Its schema cannot be written as JSON Schema (${reason}), so give it one of your own.`,
  ]);
}
