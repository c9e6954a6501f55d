import { RequestMethod } from '@nestjs/common';
import {
  CONTROLLER_WATERMARK,
  CUSTOM_ROUTE_ARGS_METADATA,
  HTTP_CODE_METADATA,
  METHOD_METADATA,
  PATH_METADATA,
  ROUTE_ARGS_METADATA,
} from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';
import { type RequestPart } from './contract.js';

/** One parameter as Nest's decorators describe it. */
export interface NestParameter {
  readonly index: number;
  /** Where in the request it comes from; `undefined` for what is no part of it, such as `@Req()`. */
  readonly part: RequestPart | undefined;
  readonly name: string | undefined;
  /** What the author wrote, for messages. */
  readonly written: string;
}

/** One method as Nest's decorators describe it. */
export interface NestRoute {
  readonly verb: string;
  readonly path: string | readonly string[];
  readonly status: number | undefined;
  readonly parameters: readonly NestParameter[];
}

const PARTS = new Map<number, RequestPart>([
  [RouteParamtypes.PARAM, 'Param'],
  [RouteParamtypes.QUERY, 'Query'],
  [RouteParamtypes.HEADERS, 'Headers'],
  [RouteParamtypes.BODY, 'Body'],
]);

/** Nest's names of the others, where they differ from the decorator's beyond capitals. */
const WRITTEN = new Map<number, string>([
  [RouteParamtypes.REQUEST, 'Req'],
  [RouteParamtypes.RESPONSE, 'Res'],
  [RouteParamtypes.NEXT, 'Next'],
  [RouteParamtypes.SESSION, 'Session'],
  [RouteParamtypes.FILE, 'UploadedFile'],
  [RouteParamtypes.FILES, 'UploadedFiles'],
  [RouteParamtypes.HOST, 'HostParam'],
  [RouteParamtypes.IP, 'Ip'],
  [RouteParamtypes.RAW_BODY, 'RawBody'],
  [RouteParamtypes.COOKIES, 'Cookies'],
  [RouteParamtypes.SIGNED_COOKIES, 'SignedCookies'],
]);

/** The route of a method, or `undefined` when it has none. */
export function nestRouteOf(target: object, key: string): NestRoute | undefined {
  const method = methodAt(target, key);
  if (!method || !Reflect.hasMetadata(PATH_METADATA, method)) return undefined;
  return {
    verb: RequestMethod[Reflect.getMetadata(METHOD_METADATA, method) as RequestMethod],
    path: Reflect.getMetadata(PATH_METADATA, method) as NestRoute['path'],
    status: nestStatusOf(target, key),
    parameters: Object.entries(parametersOf(target.constructor, key))
      .map(([id, { index, data }]) => nestParameter(id, index, data))
      .sort((a, b) => a.index - b.index),
  };
}

/** The status that `@HttpCode()` gives a method, if it does. */
export function nestStatusOf(target: object, key: string): number | undefined {
  const method = methodAt(target, key);
  return method && (Reflect.getMetadata(HTTP_CODE_METADATA, method) as number | undefined);
}

/** The function of a method, without running what may be an accessor. */
function methodAt(target: object, key: string): object | undefined {
  let level: object | null = target;
  while (level && !Object.hasOwn(level, key)) level = Object.getPrototypeOf(level) as object | null;
  const value: unknown = level && Object.getOwnPropertyDescriptor(level, key)?.value;
  return typeof value === 'function' ? value : undefined;
}

/** What Nest notes of the parameters of a method, by `type:index`. */
export type ParameterMetadata = Readonly<
  Record<string, { readonly index: number; readonly data?: unknown; readonly pipes?: readonly unknown[] }>
>;

/** What Nest notes of the parameters of a method. */
export function parametersOf(type: object, key: string): ParameterMetadata {
  return (Reflect.getMetadata(ROUTE_ARGS_METADATA, type, key) as ParameterMetadata | undefined) ?? {};
}

/** Replaces what Nest notes of the parameters of a method. */
export function setParameters(type: object, key: string, parameters: ParameterMetadata): void {
  Reflect.defineMetadata(ROUTE_ARGS_METADATA, parameters, type, key);
}

/** One parameter, by the id that Nest keeps it under. */
export function nestParameter(id: string, index: number, data: unknown): NestParameter {
  const name = typeof data === 'string' ? data : undefined;
  if (id.includes(CUSTOM_ROUTE_ARGS_METADATA))
    return { index, part: undefined, name, written: 'a decorator of your own' };
  const type = Number.parseInt(id);
  const part = PARTS.get(type);
  const argument = part && name !== undefined ? `'${name}'` : '';
  return {
    index,
    part,
    name,
    written: `@${part ?? WRITTEN.get(type) ?? RouteParamtypes[type]}(${argument})`,
  };
}

/** Whether the class itself has `@Controller()`. */
export function isController(type: object): boolean {
  return Reflect.hasOwnMetadata(CONTROLLER_WATERMARK, type);
}
