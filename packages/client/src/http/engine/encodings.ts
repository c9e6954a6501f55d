import { type Transform } from 'node:stream';
import {
  brotliDecompress,
  createBrotliDecompress,
  createGunzip,
  createInflate,
  createZstdDecompress,
  gunzip,
  inflate,
  zstdDecompress,
} from 'node:zlib';

type Callback = (error: Error | null, result: Buffer) => void;

/** How bodies of an encoding are read. */
export interface Decoder {
  readonly whole: (body: Buffer, options: { maxOutputLength: number }, callback: Callback) => void;
  readonly stream: () => Transform;
}

const GZIP: Decoder = { whole: gunzip, stream: createGunzip };

/** Every content encoding that is understood (RFC 9110, section 8.4.1; RFC 7932; RFC 8878). */
export const DECODERS: ReadonlyMap<string, Decoder> = new Map([
  ['gzip', GZIP],
  ['x-gzip', GZIP],
  ['deflate', { whole: inflate, stream: createInflate }],
  ['br', { whole: brotliDecompress, stream: createBrotliDecompress }],
  ['zstd', { whole: zstdDecompress, stream: createZstdDecompress }],
]);
