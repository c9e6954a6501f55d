import { type IncomingMessage, type ServerResponse } from 'node:http';
import { onSocketClose } from './on-socket-close.js';

/**
 * Calls `listener` once, when the response is complete or the connection is gone. A response that waits behind others
 * on the same connection gets no `close` of its own when the connection goes.
 */
export function onResponseClose(
  { socket }: IncomingMessage,
  response: ServerResponse,
  listener: () => void,
): void {
  let settled = false;
  const settle = () => {
    if (settled) return;
    settled = true;
    forget();
    listener();
  };
  const forget = onSocketClose(socket, settle);
  response.once('close', settle);
}
