import { IncomingResponseDeserializer, JsonSocket, type TcpClientOptions } from '@nestjs/microservices';
import { type Socket } from 'node:net';
import { type Endpoint } from '../../endpoint/endpoint.js';
import { type Connect } from '../../endpoint/instance-connections.js';
import { type Deserializer, type Serializer } from '../wire/packet.js';
import { dial } from './dial.js';
import { tcpAddressOf } from './tcp-address.js';
import { type FramedSocket, type TcpCodec } from './tcp-codec.js';
import { TcpConnection } from './tcp-connection.js';

type Options = NonNullable<TcpClientOptions['options']>;
const AS_IT_IS: Serializer = { serialize: (packet) => packet };

type SocketClass = new (socket: Socket, limits?: object) => FramedSocket;

/** How connections are made by Nest's options of a TCP client. */
export function tcpConnect(options: Options = {}): Connect<TcpConnection> {
  const codec: TcpCodec = {
    frame: framing(options),
    serializer: options.serializer ?? AS_IT_IS,
    deserializer: (options.deserializer ?? new IncomingResponseDeserializer()) as Deserializer,
  };
  return ({ baseUrl, lookup }: Endpoint, onEnd) =>
    new TcpConnection(dial(tcpAddressOf(baseUrl), lookup, options.tlsOptions), codec, onEnd);
}

/** As Nest's client does it: a socket of the app's own has limits of its own. */
function framing({ socketClass, ...options }: Options): TcpCodec['frame'] {
  if (socketClass && socketClass !== JsonSocket) {
    const Framed = socketClass as unknown as SocketClass;
    return (socket) => new Framed(socket);
  }
  const { maxBufferSize, incompleteMessageTimeout, maxSendBufferSize } = options;
  const limits = Object.fromEntries(
    Object.entries({ maxBufferSize, incompleteMessageTimeout, maxSendBufferSize }).filter(
      ([, limit]) => limit !== undefined,
    ),
  );
  return (socket) => new JsonSocket(socket, limits);
}
