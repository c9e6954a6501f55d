import { type Socket } from 'node:net';
import { isThenable } from '@rookery/common';
import { type Observer } from 'rxjs';
import { deliver } from '../wire/deliver.js';
import { type AnswerPacket, type Packet } from '../wire/packet.js';
import { type Wire } from '../wire/wire.js';
import { UnreadableAnswer, WireFailure } from '../wire/wire-failure.js';
import { type Dialled } from './dial.js';
import { FrameWriter } from './frame-writer.js';
import { type TcpCodec } from './tcp-codec.js';

/**
 * The connection to one instance of a Nest TCP service, over which all calls to it go. It begins to connect when it is made,
 * and once it has ended it is not used again: `onEnd` is told, and whoever needs one makes another.
 */
export class TcpConnection implements Wire {
  readonly #socket: Socket;
  readonly #writer: FrameWriter;
  readonly #ready: Promise<void>;
  readonly #waiting = new Map<string, Observer<unknown>>();
  #running = 0;
  #requests = 0;
  #heard = 0;
  #closing = false;
  #failure: unknown = new Error('the connection was closed');

  constructor(
    { socket, ready }: Dialled,
    private readonly codec: TcpCodec,
    private readonly onEnd: (ended: TcpConnection) => void,
  ) {
    this.#socket = socket;
    this.#writer = new FrameWriter(codec.frame(socket), codec.serializer);
    socket.on('message', (message) => this.#received(message));
    socket.on('error', (error) => (this.#failure = error));
    // The other side answers no more. What it has answered before that is here.
    socket.on('end', () => this.onEnd(this));
    socket.on('close', () => this.#ended());
    this.#ready = new Promise((resolve, reject) => {
      socket.once(ready, resolve);
      socket.once('close', () => reject(new WireFailure(false, this.#failure)));
    });
    // Whoever waits hears of it; there may be nobody.
    this.#ready.catch(() => {});
  }

  get heard(): number {
    return this.#heard;
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#running += 1;
    this.#socket.ref();
    try {
      return await work();
    } finally {
      this.#running -= 1;
      this.#rest();
    }
  }

  connect(): Promise<void> {
    return this.#ready;
  }

  request(packet: Packet, reader: Observer<unknown>): () => void {
    const id = String((this.#requests += 1));
    this.#waiting.set(id, reader);
    const leave = () => this.#waiting.delete(id);
    this.#writer.write({ ...packet, id }).catch((error: unknown) => {
      if (leave()) reader.error(error);
    });
    return leave;
  }

  emit(packet: Packet): Promise<void> {
    return this.#writer.write(packet);
  }

  giveUp(): void {
    this.onEnd(this);
    this.close();
  }

  /** Ends when what is running over it has ended; at once when nothing is. */
  close(): void {
    this.#closing = true;
    this.#rest();
  }

  /** A connection over which nothing runs does not keep the process alive. */
  #rest(): void {
    if (this.#running > 0) return;
    this.#socket.unref();
    if (!this.#closing) return;
    if (this.#socket.connecting) this.#socket.destroy();
    else this.#socket.destroySoon();
  }

  #received(message: unknown): void {
    this.#heard += 1;
    try {
      const answer = this.codec.deserializer.deserialize(message);
      if (!isThenable(answer)) return this.#answered(answer as AnswerPacket);
      answer.then(
        (value) => this.#answered(value as AnswerPacket),
        (error: unknown) => this.#unreadable(message, error),
      );
    } catch (error) {
      this.#unreadable(message, error);
    }
  }

  #answered(answer: AnswerPacket): void {
    const { id = '' } = answer;
    const reader = this.#waiting.get(id);
    if (answer.isDisposed || answer.err) this.#waiting.delete(id);
    if (reader) deliver(answer, reader);
  }

  #unreadable(message: unknown, cause: unknown): void {
    const { id = '' } = Object(message) as AnswerPacket;
    const reader = this.#waiting.get(id);
    this.#waiting.delete(id);
    reader?.error(new UnreadableAnswer(cause));
  }

  #ended(): void {
    this.onEnd(this);
    const failure = new WireFailure(true, this.#failure);
    this.#writer.end(failure);
    const readers = [...this.#waiting.values()];
    this.#waiting.clear();
    for (const reader of readers) reader.error(failure);
  }
}
