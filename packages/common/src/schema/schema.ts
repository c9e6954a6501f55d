import { type StandardSchemaV1 } from '@standard-schema/spec';
import { check, type Check } from '../options/check.js';

/**
 * A schema of any library that speaks Standard Schema v1 (zod 4, valibot, arktype ...) whose output is an `Output`, and that
 * takes an `Input`. It is the same interface that Nest takes in `@Body({ schema })`. https://standardschema.dev
 */
export type Schema<Output = unknown, Input = unknown> = StandardSchemaV1<Input, Output>;

/** An option that holds a schema. Those of arktype are functions. */
export const schemaCheck: Check = check(
  isSchema,
  'a schema that speaks Standard Schema v1, such as one of zod',
);

function isSchema(value: unknown): boolean {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false;
  const standard = (value as Partial<Schema>)['~standard'];
  return standard?.version === 1 && typeof standard.validate === 'function';
}
