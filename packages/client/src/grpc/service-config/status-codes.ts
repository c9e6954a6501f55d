import { check, type Check, GRPC_STATUS_NAMES, type GrpcStatusName, listOf } from '@rookery/common';
import { type StatusCode } from './service-config.js';

const statusCode = check(
  (value) => statusNameOf(value) !== undefined && statusNameOf(value) !== 'OK',
  'the name or the number of a status that is no success, such as "UNAVAILABLE"',
);

/** A list of failures, by name or number. */
export const statusCodes: Check = listOf(statusCode);

/** The name of a status that is given by its name, in any case, or by its number. */
export function statusNameOf(code: unknown): GrpcStatusName | undefined {
  if (typeof code === 'number') return GRPC_STATUS_NAMES[code];
  return GRPC_STATUS_NAMES.find((name) => typeof code === 'string' && name === code.toUpperCase());
}

/** The names of checked codes. */
export function statusNames(codes: readonly StatusCode[]): ReadonlySet<GrpcStatusName> {
  return new Set(codes.map(statusNameOf).filter((name) => name !== undefined));
}
