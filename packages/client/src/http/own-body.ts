import { UnsendableMessageError } from '../errors/unsendable-message.error.js';

/**
 * A body that comes piece by piece from the caller, whose failures are told apart from those of the connection: a file that
 * is not there, or a callback that throws, says nothing about the instance and is not tried again.
 *
 * @param label How messages name the request.
 */
export async function* ownBody(
  pieces: AsyncIterable<Uint8Array | string>,
  label: string,
): AsyncGenerator<Uint8Array | string> {
  try {
    yield* pieces;
  } catch (error) {
    throw new UnsendableMessageError(label, error);
  }
}
