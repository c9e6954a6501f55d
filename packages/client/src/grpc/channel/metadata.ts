import { Metadata } from '@grpc/grpc-js';

/** Metadata of a call: texts, and bytes under keys that end in `-bin`. */
export type GrpcMetadata = Readonly<Record<string, string | Buffer>>;

/** Throws on a key or a value that gRPC does not allow. */
export function toMetadata(values: GrpcMetadata): Metadata {
  const metadata = new Metadata();
  for (const [key, value] of Object.entries(values)) metadata.set(key, value);
  return metadata;
}

/** The texts of metadata that came back. */
export function textsOf(metadata: Metadata | undefined): Record<string, string> {
  const entries = Object.entries(metadata?.getMap() ?? {});
  return Object.fromEntries(
    entries.filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
}
