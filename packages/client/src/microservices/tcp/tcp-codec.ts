import { type Socket } from 'node:net';
import { type Deserializer, type Serializer } from '../wire/packet.js';

/** What puts messages into a socket's stream of bytes: Nest's `JsonSocket`, or the app's own. It tells of them as `message`. */
export interface FramedSocket {
  sendMessage(message: unknown, callback?: (error?: unknown) => void): void;
}

/** How the messages of a connection are written and read. */
export interface TcpCodec {
  readonly frame: (socket: Socket) => FramedSocket;
  readonly serializer: Serializer;
  readonly deserializer: Deserializer;
}
