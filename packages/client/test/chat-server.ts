import {
  loadPackageDefinition,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceClientConstructor,
  type sendUnaryData,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { CHAT_PROTO, type Line } from './client-grpc-support.js';

export type SayCall = ServerUnaryCall<Line, Line>;
export type Say = (call: SayCall, answer: sendUnaryData<Line>) => void;

const { Chat } = loadPackageDefinition(loadSync(CHAT_PROTO))['chat'] as unknown as {
  Chat: ServiceClientConstructor;
};

export interface ChatServer {
  readonly name: string;
  readonly port: number;
  readonly server: Server;
  /** The calls of `Say` that came. */
  readonly said: SayCall[];
  /** The streams of `Listen` that are open, each with what ends it. */
  readonly listening: ServerWritableStream<Line, Line>[];
  /** How many sockets it has accepted that are not closed. */
  stop(): void;
}

const servers: Server[] = [];

/** A server of grpc-js whose answers begin with its name. */
export async function serveChat(name: string, { say, port = 0 }: { say?: Say; port?: number } = {}) {
  const server = new Server();
  servers.push(server);
  const said: SayCall[] = [];
  const listening: ServerWritableStream<Line, Line>[] = [];
  const answerAtOnce: Say = ({ request }, answer) => answer(null, { text: `${name}: ${request.text}` });
  server.addService(Chat.service, {
    Say(call: SayCall, answer: sendUnaryData<Line>) {
      said.push(call);
      (say ?? answerAtOnce)(call, answer);
    },
    Listen(call: ServerWritableStream<Line, Line>) {
      listening.push(call);
      call.write({ text: `${name}: ${call.request.text}` });
    },
    Collect(call: ServerReadableStream<Line, Line>, answer: sendUnaryData<Line>) {
      const texts: string[] = [];
      call.on('data', ({ text }: Line) => texts.push(text));
      call.on('end', () => answer(null, { text: `${name}: ${texts.join(' ')}` }));
    },
    Talk(call: ServerDuplexStream<Line, Line>) {
      call.on('data', ({ text }: Line) => call.write({ text: `${name}: ${text}` }));
      call.on('end', () => call.end());
    },
  });
  const bound = await new Promise<number>((resolve, reject) =>
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, taken) =>
      error ? reject(error) : resolve(taken),
    ),
  );
  const chat: ChatServer = {
    name,
    port: bound,
    server,
    said,
    listening,
    stop: () => server.forceShutdown(),
  };
  return chat;
}

export function closeServers(): void {
  for (const server of servers.splice(0)) server.forceShutdown();
}
