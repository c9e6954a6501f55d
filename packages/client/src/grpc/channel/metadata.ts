import { Metadata } from '@grpc/grpc-js';

/** Metadata of a call: texts, and bytes under keys that end in `-bin`; several values of one key as grpc-js has them. */
export type GrpcMetadata = Readonly<Record<string, string | Buffer>> | Metadata;

/** A copy in the form of grpc-js. Throws on a key or a value that gRPC does not allow. */
export function toMetadata(values: GrpcMetadata): Metadata {
  if (values instanceof Metadata) return values.clone();
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(values)) metadata.set(key, value);
  return metadata;
}

/** A copy to which those keys are added that it does not have. */
export function withDefaults(
  metadata: Metadata,
  ...defaults: readonly Readonly<Record<string, string>>[]
): Metadata {
  const copy = metadata.clone();
  for (const values of defaults) {
    for (const key in values) {
      const value = values[key];
      if (value !== undefined && copy.get(key).length === 0) copy.set(key, value);
    }
  }
  return copy;
}

/** The texts of metadata that came back. */
export function textsOf(metadata: Metadata | undefined): Record<string, string> {
  const entries = Object.entries(metadata?.getMap() ?? {});
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}

/** The first text of a key. */
export function textOf(metadata: Metadata, key: string): string | undefined {
  const [value] = metadata.get(key);
  return typeof value === 'string' ? value : undefined;
}

/** The first bytes of a key. */
export function bytesOf(metadata: Metadata, key: string): Buffer | undefined {
  const [value] = metadata.get(key);
  return Buffer.isBuffer(value) ? value : undefined;
}

/** Metadata without any key. */
export const noMetadata = (): Metadata => new Metadata();
