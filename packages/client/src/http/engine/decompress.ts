import { type Readable, Transform, type TransformCallback } from 'node:stream';
import { systemCode } from '@rookery/common';
import { AnswerTooLargeError } from '../../errors/answer-too-large.error.js';
import { InvalidResponseError } from '../../errors/invalid-response.error.js';
import { headerOf, type WireHead, type WireRequest } from '../transport.js';
import { type Decoder, DECODERS } from './encodings.js';

/** The decoder of an answer; `undefined` when it has none, or no body. Throws an `InvalidResponseError` for one that is not known. */
function decoderOf({ label, method }: WireRequest, head: WireHead): Decoder | undefined {
  // It tells how the body of a GET would be encoded (RFC 9110, section 9.3.2).
  if (method === 'HEAD') return undefined;
  const encoding = headerOf(head, 'content-encoding')?.trim().toLowerCase();
  if (!encoding || encoding === 'identity') return undefined;
  const decoder = DECODERS.get(encoding);
  if (decoder) return decoder;
  // One after the other, they would multiply how much a few bytes can become. Nobody sends it in earnest.
  const cause = new Error(`its content-encoding is none of ${[...DECODERS.keys()].join(', ')}`);
  throw new InvalidResponseError(label, cause, encoding.includes(',') ? 'single encoding' : 'encoding');
}

/** The body of an answer as it was before it was encoded, read only until the limit. */
export async function decompress(request: WireRequest, head: WireHead, body: Buffer): Promise<Buffer> {
  const decoder = decoderOf(request, head);
  if (!decoder) return body;
  return new Promise((resolve, reject) => {
    decoder.whole(body, { maxOutputLength: maxOutput(request) }, (error, plain) =>
      error ? reject(broken(request, head, error)) : resolve(plain),
    );
  });
}

/** The same for a body that is still coming: what can be read of it, which fails with what `decompress` would. */
export function decompressing(request: WireRequest, head: WireHead, body: Readable): Readable {
  const decoder = decoderOf(request, head)?.stream();
  if (!decoder) return body;
  const plain = limitOf(request);
  body.on('error', (error) => plain.destroy(error));
  decoder.on('error', (error) => plain.destroy(broken(request, head, error)));
  plain.on('close', () => {
    body.destroy();
    decoder.destroy();
  });
  return body.pipe(decoder).pipe(plain);
}

/** What is wrong with an answer whose decoder failed. */
function broken(request: WireRequest, head: WireHead, error: unknown): Error {
  const { label, maxResponseSize } = request;
  if (systemCode(error) === 'ERR_BUFFER_TOO_LARGE') return new AnswerTooLargeError(label, maxResponseSize);
  return new InvalidResponseError(label, error, headerOf(head, 'content-encoding'));
}

/** Lets through as many bytes as an answer may have, and fails on more. */
function limitOf({ label, maxResponseSize }: WireRequest): Transform {
  let left = maxResponseSize;
  return new Transform({
    transform(chunk: Buffer, _encoding, callback: TransformCallback) {
      left -= chunk.byteLength;
      if (left < 0) callback(new AnswerTooLargeError(label, maxResponseSize));
      else callback(null, chunk);
    },
  });
}

/** Zlib refuses anything beyond what a buffer can hold. */
function maxOutput({ maxResponseSize }: WireRequest): number {
  return Math.min(maxResponseSize, 2 ** 31 - 1);
}
