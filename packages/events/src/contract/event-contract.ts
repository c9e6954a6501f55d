import {
  check,
  type Check,
  checkOptions,
  is,
  mapOf,
  OptionsError,
  passes,
  required,
  type Schema,
  schemaCheck,
  shape,
} from '@rookery/common';
import { assertPublishable } from '../event/event-type.js';
import { type JsonSchema } from './json-schema.js';

/** Makes the data of a version out of that of the version before it. */
export type Upcaster = (data: never) => unknown;

/** What `defineEvent` takes. */
export interface EventDefinition<Data, Input = Data> {
  /** What the data is, in any library that speaks Standard Schema, such as zod 4. */
  schema: Schema<Data, Input>;
  /** The version of the schema. Count it up when older data does not fit it any more. Default 1. */
  version?: number;
  /**
   * How data of an older version becomes that of the next one, by the older version: `{ 1: (data) => ({ ...data, email: null }) }`.
   * Without one for version 1, events of version 1 are refused. Default: none.
   */
  upcasters?: Readonly<Record<number, Upcaster>>;
  /** The schema as JSON Schema, draft 7, for `AsyncApi`. Default: what the schema's library makes of it, as zod and arktype do. */
  jsonSchema?: JsonSchema;
}

/** What an event of one type is, agreed upon by who publishes it and who handles it. */
export interface EventContract<Data = unknown, Input = unknown> {
  readonly type: string;
  readonly version: number;
  readonly schema: Schema<Data, Input>;
  readonly upcasters: Readonly<Record<number, Upcaster>>;
  readonly jsonSchema?: JsonSchema;
}

const checkDefinition = shape<EventDefinition<unknown, unknown>>({
  schema: required(schemaCheck),
  version: is.wholeNumber({ min: 1 }),
  upcasters: mapOf(is.callable),
  jsonSchema: mapOf(() => {}),
});

/**
 * The contract of an event, for `publish`, `@OnEvent` and `subscribe`. Data that does not fit is not published. What is handled is
 * what the schema makes of the data, which upcasters have brought to its version before; an event of a newer version, of an
 * older one without an upcaster, or with data that does not fit, goes to the dead letters without a try.
 *
 * Throws an `OptionsError`, or an `InvalidEventError` for what is no type of an event.
 *
 * @example
 * export const UserCreated = defineEvent('user.created', {
 *   version: 2,
 *   schema: z.object({ id: z.uuid(), name: z.string(), email: z.email().nullable() }),
 *   upcasters: { 1: (data: { id: string; name: string }) => ({ ...data, email: null }) },
 * });
 */
export function defineEvent<Data, Input>(
  type: string,
  definition: EventDefinition<Data, Input>,
): EventContract<Data, Input> {
  assertPublishable(type);
  const where = `defineEvent(${JSON.stringify(type)})`;
  const {
    schema,
    version = 1,
    upcasters = {},
    jsonSchema,
  } = checkOptions(where, checkDefinition, definition);
  checkUpcasters(where, upcasters, version);
  return Object.freeze({ type, version, schema, upcasters, ...(jsonSchema && { jsonSchema }) });
}

/** A gap would leave the older upcasters without use, and their events without an owner. */
function checkUpcasters(where: string, upcasters: EventContract['upcasters'], version: number): void {
  const from = Object.keys(upcasters).map(Number);
  const oldest = Math.min(version, ...from);
  const wanted = Array.from({ length: version - oldest }, (_, at) => oldest + at);
  if (oldest >= 1 && from.length === wanted.length && wanted.every((one) => from.includes(one))) return;
  throw new OptionsError(where, [
    `upcasters: They are from the versions ${from.join(', ')}, and the schema is version ${version}. Give one for each version from the oldest that is still about to ${version - 1}.`,
  ]);
}

/** An option that is a contract. */
export const contractCheck: Check = check(
  (value) =>
    typeof value === 'object' && value !== null && passes(schemaCheck, (value as EventContract).schema),
  'a contract that defineEvent has made',
);
