import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';

/** The responses that are open on a connection; a client may pipeline any number, so they share one listener. */
const openResponses = new WeakMap<Socket, Set<() => void>>();

/**
 * Calls `listener` once, when the response is complete or the connection is gone. A response that waits behind others
 * on the same connection gets no `close` of its own when the connection goes.
 */
export function onResponseClose(
  { socket }: IncomingMessage,
  response: ServerResponse,
  listener: () => void,
): void {
  const open = openResponses.get(socket) ?? watch(socket);
  const settle = () => {
    if (open.delete(settle)) listener();
  };
  open.add(settle);
  response.once('close', settle);
}

function watch(socket: Socket): Set<() => void> {
  const open = new Set<() => void>();
  openResponses.set(socket, open);
  socket.once('close', () => open.forEach((settle) => settle()));
  return open;
}
