import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** A listener in front of a server, which shows the connections that clients hold to it. */
export interface Tap {
  readonly port: number;
  /** Connections that are open now. */
  readonly open: ReadonlySet<Socket>;
  close(): void;
}

/** Passes on to a port of this machine whatever comes. */
export async function tap(target: number): Promise<Tap> {
  const open = new Set<Socket>();
  const listener = createServer((socket) => {
    open.add(socket);
    const onward = connect(target, '127.0.0.1');
    socket.on('close', () => {
      open.delete(socket);
      onward.destroy();
    });
    for (const end of [socket, onward]) end.on('error', () => {}); // 'close' follows
    socket.pipe(onward).pipe(socket);
  });
  listener.listen(0, '127.0.0.1');
  await once(listener, 'listening');
  return {
    port: (listener.address() as AddressInfo).port,
    open,
    close: () => {
      for (const socket of open) socket.destroy();
      listener.close();
    },
  };
}
