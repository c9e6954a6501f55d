import { type Socket } from 'node:net';

const waiting = new WeakMap<Socket, Set<() => void>>();

/**
 * Calls `listener` when the connection is gone, unless the returned function is called first. A connection may carry any
 * number of requests at once, so they share one listener of the socket.
 */
export function onSocketClose(socket: Socket, listener: () => void): () => void {
  const listeners = waiting.get(socket) ?? watch(socket);
  // Each its own, also where the same function comes twice.
  const own = () => listener();
  listeners.add(own);
  return () => void listeners.delete(own);
}

function watch(socket: Socket): Set<() => void> {
  const listeners = new Set<() => void>();
  waiting.set(socket, listeners);
  socket.once('close', () => listeners.forEach((listener) => listener()));
  return listeners;
}
