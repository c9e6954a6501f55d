import { type Observer } from 'rxjs';
import { RemoteFailure } from './wire-failure.js';
import { type AnswerPacket } from './packet.js';

/** Gives one part of an answer to its reader, by Nest's rules: the last part may bring a value, and an error is the last. */
export function deliver({ err, response, isDisposed }: AnswerPacket, reader: Observer<unknown>): void {
  if (err) return reader.error(new RemoteFailure(err));
  if (response !== undefined || !isDisposed) reader.next(response);
  if (isDisposed) reader.complete();
}
