import { jsonSchemaOf, type JsonSchema } from '../contract/json-schema.js';
import { type EventContract } from '../contract/event-contract.js';
import { type ContractUse } from './contract-book.js';

/** What a document says of itself. */
export interface AsyncApiInfo {
  /** Default: the service's name. */
  title?: string;
  /** The version of the app's interface, such as `'1.4.0'`. */
  version: string;
  description?: string;
}

interface Reference {
  readonly $ref: string;
}

/** A document of AsyncAPI 3.0: plain data, to be served or written to a file. */
export interface AsyncApiDocument {
  readonly asyncapi: '3.0.0';
  readonly info: Required<Pick<AsyncApiInfo, 'title' | 'version'>> & Pick<AsyncApiInfo, 'description'>;
  readonly defaultContentType: string;
  readonly channels: Readonly<Record<string, Channel>>;
  readonly operations: Readonly<Record<string, Operation>>;
}

interface Channel {
  readonly address: string;
  readonly messages: Readonly<Record<string, Message>>;
}

interface Message {
  readonly name: string;
  readonly contentType: string;
  readonly payload: JsonSchema;
}

interface Operation {
  readonly action: 'send' | 'receive';
  readonly channel: Reference;
  readonly messages: readonly Reference[];
}

/** CloudEvents 1.0, JSON format, section 3. */
const CONTENT_TYPE = 'application/cloudevents+json';

/** Describes what an app publishes and handles, each type of event as a channel. https://www.asyncapi.com/docs/reference/specification/v3.0.0 */
export function describeContracts(
  info: AsyncApiDocument['info'],
  uses: readonly ContractUse[],
): AsyncApiDocument {
  const channels: Record<string, Channel> = {};
  for (const { contract } of uses) {
    const { type, version } = contract;
    const messages = { ...channels[type]?.messages, [`v${version}`]: cloudEventOf(contract) };
    channels[type] = { address: type, messages };
  }
  const operations = uses.map(({ name, action, contract: { type, version } }) => {
    const channel = { $ref: pointer('channels', type) };
    return [
      name,
      { action, channel, messages: [{ $ref: pointer('channels', type, 'messages', `v${version}`) }] },
    ];
  });
  return {
    asyncapi: '3.0.0',
    info,
    defaultContentType: CONTENT_TYPE,
    channels,
    operations: Object.fromEntries(operations) as AsyncApiDocument['operations'],
  };
}

/** The event in its envelope, as it is on the wire. */
function cloudEventOf(contract: EventContract): Message {
  const { type, version } = contract;
  const text = { type: 'string', minLength: 1 };
  const time = { type: 'string', format: 'date-time' };
  const attributes = {
    specversion: { const: '1.0' },
    id: text,
    source: text,
    type: { const: type },
    time,
    datacontenttype: { const: 'application/json' },
    subject: text,
    dataversion: { const: String(version) },
    partitionkey: text,
    expirytime: time,
    traceparent: text,
    tracestate: text,
    data: rebased(jsonSchemaOf(contract), dataOf(contract)),
  };
  const required = ['specversion', 'id', 'source', 'type', 'dataversion'];
  return {
    name: type,
    contentType: CONTENT_TYPE,
    payload: { type: 'object', properties: attributes, required },
  };
}

/** Where the schema of the data is, in the document. */
function dataOf({ type, version }: EventContract): string {
  return pointer('channels', type, 'messages', `v${version}`, 'payload', 'properties', 'data');
}

/** A schema refers to parts of itself from its own root, which is the document's root no more. */
function rebased(schema: unknown, base: string): JsonSchema {
  const walk = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(walk);
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).map(([key, inner]) => {
      const refers = key === '$ref' && typeof inner === 'string' && inner.startsWith('#');
      return [key, refers ? `${base}${inner.slice(1)}` : walk(inner)] as const;
    });
    return Object.fromEntries(entries);
  };
  return walk(schema) as JsonSchema;
}

/** A reference into the document itself (RFC 6901, section 6). */
function pointer(...steps: readonly string[]): string {
  const escaped = steps.map((step) => encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1')));
  return `#/${escaped.join('/')}`;
}
