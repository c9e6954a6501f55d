import { BrokerConnectionError } from '../errors/broker-connection.error.js';
import { ConnectionError } from '../errors/connection.error.js';
import { InvalidResponseError } from '../errors/invalid-response.error.js';
import { RequestFailedError } from '../errors/request-failed.error.js';
import { RpcAnswerError } from '../errors/rpc-answer.error.js';
import { UnsendableMessageError } from '../errors/unsendable-message.error.js';
import { RemoteFailure, UnreadableAnswer, UnsendablePacket, WireFailure } from './wire/wire-failure.js';

/**
 * What a wire's failure is to the policies.
 *
 * @param broker Whether the wire leads to a broker, and not to whoever answers.
 */
export function callError(failure: unknown, request: string, broker: boolean): unknown {
  if (failure instanceof WireFailure) {
    const Lost = broker ? BrokerConnectionError : ConnectionError;
    return new Lost(request, failure.sent, failure.cause);
  }
  if (failure instanceof RemoteFailure) return new RpcAnswerError(request, failure.payload);
  if (failure instanceof UnreadableAnswer)
    return new InvalidResponseError(request, failure.cause, 'answer of a Nest transport');
  return failure instanceof UnsendablePacket ? new UnsendableMessageError(request, failure.cause) : failure;
}

/** What a subscriber gets: the other side's own error as it was sent, as from Nest's clients, and any other as it is. */
export function subscribersError(error: unknown): unknown {
  const last = error instanceof RequestFailedError ? error.cause : error;
  return last instanceof RpcAnswerError ? last.payload : error;
}
