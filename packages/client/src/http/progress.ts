/** How far a body has come. */
export interface Progress {
  /** Bytes so far. Of an answer: as they came, compressed or not. */
  readonly loaded: number;
  /** Bytes of the whole body. Unset when nobody said it. */
  readonly total: number | undefined;
}

/** Bytes that are reported at once; as much as a socket takes without waiting. */
const STEP = 64 * 1024;

/** The body in pieces, reporting each once the connection has taken those before it and asks for more. */
export async function* reported(
  pieces: AsyncIterable<Uint8Array | string> | Iterable<Uint8Array>,
  total: number | undefined,
  report: (progress: Progress) => void,
): AsyncGenerator<Uint8Array | string> {
  let loaded = 0;
  for await (const piece of pieces) {
    yield piece;
    loaded += typeof piece === 'string' ? Buffer.byteLength(piece) : piece.byteLength;
    report({ loaded, total });
  }
}

/** Cuts bytes that are all there into pieces, so that their progress can be told. */
export function* inSteps(bytes: Uint8Array): Generator<Uint8Array> {
  for (let start = 0; start < bytes.byteLength; start += STEP) yield bytes.subarray(start, start + STEP);
}
