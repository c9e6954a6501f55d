import { currentContext, unlessAborted } from '@rookery/common';
import { guardStream } from '@rookery/resilience';
import { catchError, type Observable } from 'rxjs';
import { executeCall } from '../execute/execute-call.js';
import { subscribersError } from './call-error.js';
import { type RpcCallOptions } from './rpc-call.options.js';
import { type RpcClientParts, type RpcMessage } from './rpc-client-parts.js';
import { sendRpcTry } from './send-rpc-try.js';
import { exchange } from './wire/exchange.js';

/**
 * A request under the client's policies, as an observable of what is answered: each subscription is a call of its own. Until
 * the first value it is tried again where that is safe; from then on the answer is what that instance makes of it.
 */
export function request(
  parts: RpcClientParts,
  message: RpcMessage,
  { signal: own, ...options }: RpcCallOptions,
): Observable<unknown> {
  const { label, idempotent } = message;
  return guardStream(
    (call) =>
      executeCall(parts, {
        label,
        idempotent,
        signal: call.signal,
        commitment: call.commitment,
        ...options,
        send: (endpoint, attempt) =>
          sendRpcTry(parts, message, endpoint, attempt, {
            kind: 'client',
            send: (wire, packet) => call.read(exchange(wire, packet), attempt.signal),
          }),
      }),
    () => withCallers(own),
  ).pipe(
    catchError((error: unknown) => {
      throw subscribersError(error);
    }),
  );
}

/** An event under the client's policies. Resolves when it was handed over: to an instance over TCP, or to the broker. */
export async function emit(
  parts: RpcClientParts,
  message: RpcMessage,
  { signal: own, ...options }: RpcCallOptions,
): Promise<void> {
  const { label, idempotent } = message;
  await executeCall(parts, {
    label,
    idempotent,
    signal: withCallers(own),
    ...options,
    send: (endpoint, attempt) =>
      sendRpcTry(parts, message, endpoint, attempt, {
        kind: 'producer',
        send: async (wire, packet) => {
          await unlessAborted(attempt.signal, wire.connect());
          return unlessAborted(attempt.signal, wire.emit(packet()));
        },
      }),
  });
}

/** The signal that a call was given and that of the call that is running: either ends it. */
function withCallers(own: AbortSignal | undefined): AbortSignal | undefined {
  const { signal } = currentContext();
  return own && signal ? AbortSignal.any([own, signal]) : (own ?? signal);
}
