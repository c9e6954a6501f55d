import {
  type MessageTypeDefinition,
  type Options as LoaderOptions,
  type PackageDefinition,
  type ServiceDefinition,
} from '@grpc/proto-loader';
import { type Messages } from './contract.js';

/** How messages look in the code, unless the options of a client say otherwise. */
export const LOADER_DEFAULTS: LoaderOptions = { longs: String, enums: String, defaults: true, oneofs: true };

/** The services among what was loaded. Messages and enums are in the same list; they alone have a `format`. */
export function servicesIn(definitions: PackageDefinition): Map<string, ServiceDefinition> {
  return new Map(
    Object.entries(definitions).filter(
      (entry): entry is [string, ServiceDefinition] => typeof entry[1]['format'] !== 'string',
    ),
  );
}

/** The messages among what was loaded. */
export function messagesIn(definitions: PackageDefinition): Messages {
  return new Map(
    Object.entries(definitions).filter(
      (entry): entry is [string, MessageTypeDefinition<object, object>] =>
        entry[1]['format'] === 'Protocol Buffer 3 DescriptorProto',
    ),
  );
}
