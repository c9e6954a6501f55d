import { messageOf } from '@rookery/common';
import { InvalidEventError } from './invalid-event.error.js';
import { type RookeryEvent } from './rookery-event.js';

/** Headers that have an attribute of their own: CloudEvents' Distributed Tracing extension. */
const TRACE_HEADERS = ['traceparent', 'tracestate'] as const;

/**
 * The event in CloudEvents 1.0 structured JSON. `timestamp` is `time`, `key` is the Partitioning extension's
 * `partitionkey`, `expiresAt` the Expiry Time extension's `expirytime`, `version` is `dataversion`; headers whose names no attribute may have go into `rookeryheaders`.
 */
export function encodeEvent(event: RookeryEvent): string {
  const { traceparent, tracestate, ...others } = event.headers;
  try {
    return JSON.stringify({
      specversion: '1.0',
      id: event.id,
      source: event.source,
      type: event.type,
      time: event.timestamp.toISOString(),
      datacontenttype: 'application/json',
      subject: event.subject,
      dataversion: event.version,
      partitionkey: event.key,
      expirytime: event.expiresAt?.toISOString(),
      traceparent,
      tracestate,
      rookeryheaders: Object.keys(others).length > 0 ? JSON.stringify(others) : undefined,
      data: event.data,
    });
  } catch (error) {
    throw new InvalidEventError(`data: JSON cannot carry it (${messageOf(error)}).`, { cause: error });
  }
}

/** The event in a CloudEvents 1.0 structured JSON text, from whoever wrote it. Throws an `InvalidEventError`. */
export function decodeEvent(body: string): RookeryEvent {
  const attributes = parseObject(body, 'the envelope');
  if (attributes['specversion'] !== '1.0')
    throw new InvalidEventError('specversion: Only CloudEvents "1.0" is understood.');
  if ('data_base64' in attributes || !isJson(optional(attributes, 'datacontenttype')))
    throw new InvalidEventError('datacontenttype: Only JSON data is understood.');
  const subject = optional(attributes, 'subject');
  const key = optional(attributes, 'partitionkey');
  const expiresAt = timeOf(attributes, 'expirytime');
  return Object.freeze({
    id: required(attributes, 'id'),
    type: required(attributes, 'type'),
    source: required(attributes, 'source'),
    data: attributes['data'],
    timestamp: timeOf(attributes, 'time') ?? new Date(0),
    version: optional(attributes, 'dataversion') ?? '1',
    ...(subject !== undefined && { subject }),
    ...(key !== undefined && { key }),
    ...(expiresAt !== undefined && { expiresAt }),
    headers: headersOf(attributes),
  });
}

type Attributes = Readonly<Record<string, unknown>>;

function parseObject(text: string, what: string): Attributes {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new InvalidEventError(`${what} is not JSON (${messageOf(error)}).`, { cause: error });
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw new InvalidEventError(`${what} is not a JSON object.`);
  return value as Attributes;
}

function optional(attributes: Attributes, name: string): string | undefined {
  const value = attributes[name];
  // CloudEvents 1.0 JSON format, 2.2: a null attribute is an absent one.
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'string' || value === '')
    throw new InvalidEventError(`${name}: Use a text that is not empty.`);
  return value;
}

function required(attributes: Attributes, name: string): string {
  const value = optional(attributes, name);
  if (value === undefined) throw new InvalidEventError(`${name}: Missing.`);
  return value;
}

function timeOf(attributes: Attributes, name: string): Date | undefined {
  const said = optional(attributes, name);
  if (said === undefined) return undefined;
  const time = new Date(said);
  if (Number.isNaN(time.getTime())) throw new InvalidEventError(`${name}: Use an RFC 3339 timestamp.`);
  return time;
}

function isJson(contentType = 'application/json'): boolean {
  return /^[^;]*[/+]json\s*(?:;|$)/i.test(contentType);
}

function headersOf(attributes: Attributes): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  const packed = optional(attributes, 'rookeryheaders');
  for (const [name, value] of Object.entries(packed ? parseObject(packed, 'rookeryheaders') : {})) {
    if (typeof value !== 'string') throw new InvalidEventError(`rookeryheaders.${name}: Use a text.`);
    headers[name] = value;
  }
  for (const name of TRACE_HEADERS) {
    const value = optional(attributes, name);
    if (value !== undefined) headers[name] = value;
  }
  return Object.freeze(headers);
}
