import { Server, type Socket } from 'node:net';
import { LISTENING_TRANSPORTS, type RpcServer } from '@rookery/common';
import { type Intake } from './intake.js';
import { RunningCount } from './running-count.js';

type StartHook = (transport: unknown, context: unknown, done: () => unknown) => unknown;
type EndHook = (transport: unknown, context: unknown) => unknown;

/** The hooks of Nest's servers around each message. A custom strategy may lack them; its messages are not counted. */
interface Hooks {
  onProcessingStartHook?: StartHook;
  onProcessingEndHook?: EndHook;
  setOnProcessingStartHook?(hook: StartHook): void;
  setOnProcessingEndHook?(hook: EndHook): void;
}

/**
 * The messages of a microservice. A TCP server is closed to new connections and its own are ended when the last answer
 * is out, where Nest would destroy them at once; from a broker messages come until Nest closes the transport.
 */
export class RpcIntake implements Intake {
  readonly what = 'messages';
  readonly #running = new RunningCount();
  readonly #sockets = new Set<Socket>();
  readonly #tcp: Server | undefined;

  constructor(server: RpcServer) {
    countMessages(server as Hooks, this.#running);
    const below = server.transportId === LISTENING_TRANSPORTS.tcp ? server.unwrap?.() : undefined;
    if (!(below instanceof Server)) return;
    this.#tcp = below;
    below.on('connection', (socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
    });
  }

  announceEnd(): void {
    // Nest's protocols have no word for it.
  }

  async drain(): Promise<void> {
    this.#tcp?.close();
    await this.#running.none();
    // A message counts as processed just before its answer is written, one tick later.
    await new Promise((resolve) => setImmediate(resolve));
    // `end` calls back when what was written is out of our hands; to destroy it here could lose the last answer.
    await Promise.all([...this.#sockets].map((socket) => new Promise<void>((done) => socket.end(done))));
  }

  /** What is left is closed by Nest, in the next step of its shutdown. */
  cut(): number {
    return this.#running.count;
  }
}

/** There is one hook of each kind, so whatever else is set before or after is called by ours. */
function countMessages(server: Hooks, running: RunningCount): void {
  const setStart = server.setOnProcessingStartHook?.bind(server);
  const setEnd = server.setOnProcessingEndHook?.bind(server);
  if (!setStart || !setEnd) return;
  const { onProcessingStartHook: start = (_transport, _context, done) => done() } = server;
  const { onProcessingEndHook: end = () => undefined } = server;
  server.setOnProcessingStartHook = (hook) =>
    setStart((transport, context, done) => {
      running.began();
      return hook(transport, context, done);
    });
  server.setOnProcessingEndHook = (hook) =>
    setEnd((transport, context) => {
      running.ended();
      return hook(transport, context);
    });
  server.setOnProcessingStartHook(start);
  server.setOnProcessingEndHook(end);
}
