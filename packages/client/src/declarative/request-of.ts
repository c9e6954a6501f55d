import { type ProblemClass } from '@rookery/common';
import { type AnswerOptions } from '../http/answer-options.js';
import { type UrlValue } from '../http/http-request.js';
import { type CallOptions } from './call-options.js';
import { type ContractRoute, type RequestPart, type RoutedParameter } from './contract.js';

/** What the arguments of a call become. */
export interface ContractRequest {
  readonly body: unknown;
  readonly options: AnswerOptions;
}

type Fields = Record<string, unknown>;

/** The request while it is put together. */
interface Draft extends Record<Exclude<RequestPart, 'Body'>, Fields> {
  Body: unknown;
}

/** Turns the arguments of a call into a request. Throws a `TypeError` for what cannot be sent, before anything is. */
export function requestOf(route: ContractRoute, args: readonly unknown[]): ContractRequest {
  const draft: Draft = { Param: fields(), Query: fields(), Headers: fields(), Body: undefined };
  for (const parameter of route.parameters) place(draft, parameter, args[parameter.index], route.label);
  const own = route.optionsAt === undefined ? undefined : (args[route.optionsAt] as CallOptions | undefined);
  const { defaults } = route;
  const signal = signalOf(own?.signal, route.signalAt === undefined ? undefined : args[route.signalAt]);
  const errors = both(defaults.errors, own?.errors);
  return {
    body: draft.Body,
    options: {
      ...defaults,
      ...own,
      ...(signal && { signal }),
      ...(errors && { errors }),
      params: draft.Param as Record<string, UrlValue>,
      query: { ...defaults.query, ...own?.query, ...(draft.Query as Record<string, UrlValue>) },
      headers: { ...defaults.headers, ...own?.headers, ...(draft.Headers as Record<string, string>) },
    },
  };
}

/** Names come from arguments, and `__proto__` is one like any other. */
const fields = (): Fields => Object.create(null) as Fields;

function place(draft: Draft, { part, name, index }: RoutedParameter, value: unknown, label: string): void {
  if (value === undefined) return;
  const where = `${label}, argument ${index + 1}`;
  if (part === 'Body') {
    if (name === undefined) draft.Body = value;
    else ((draft.Body ??= fields()) as Fields)[name] = value;
  } else if (name === undefined) {
    for (const [field, item] of Object.entries(asObject(value, where)))
      put(draft, part, field, item, `${where}.${field}`);
  } else put(draft, part, name, value, where);
}

function put(
  draft: Draft,
  part: Exclude<RequestPart, 'Body'>,
  name: string,
  value: unknown,
  where: string,
): void {
  if (value === undefined) return;
  if (part === 'Query' && Array.isArray(value)) draft.Query[name] = value.map((item) => asText(item, where));
  else draft[part][part === 'Headers' ? name.toLowerCase() : name] = asText(value, where);
}

function asObject(value: unknown, where: string): object {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  throw new TypeError(`${where}: Give it an object with the values by their names.`);
}

/** What stands in a URL or a header. An object would arrive as `[object Object]`, and `null` as a text. */
function asText(value: unknown, where: string): string {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value.toISOString();
  if (typeof value === 'string' || typeof value === 'boolean' || typeof value === 'bigint')
    return String(value);
  if (typeof value === 'number' && Number.isFinite(value)) return String(value);
  throw new TypeError(
    `${where}: Invalid value. Use a text, a finite number, true or false, a bigint or a valid date, or leave it out.`,
  );
}

/** The problems that the method knows and those that the call knows. What is no list is refused when it is sent. */
function both(
  known: readonly ProblemClass[] | undefined,
  own: readonly ProblemClass[] | undefined,
): readonly ProblemClass[] | undefined {
  return Array.isArray(own) && known ? [...new Set([...known, ...own])] : (own ?? known);
}

function signalOf(own: AbortSignal | undefined, argument: unknown): AbortSignal | undefined {
  if (!(argument instanceof AbortSignal)) return own;
  return own ? AbortSignal.any([own, argument]) : argument;
}
