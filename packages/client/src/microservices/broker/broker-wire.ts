import { deliver } from '../wire/deliver.js';
import { type AnswerPacket, type Packet } from '../wire/packet.js';
import { type Wire } from '../wire/wire.js';
import { RemoteFailure, UnreadableAnswer, UnsendablePacket, WireFailure } from '../wire/wire-failure.js';
import { type BrokerClient, type Reader } from './broker-client.js';

/** What Nest's clients say of themselves while their connection is lost. */
const LOST = new Set(['disconnected', 'reconnecting']);

/**
 * The connection to a broker, by Nest's own client. Where that leaves a call without an answer for ever when the broker goes
 * away, the call fails here at once.
 */
export class BrokerWire implements Wire {
  readonly #waiting = new Set<Reader>();
  readonly #idle = new Set<() => void>();
  #running = 0;
  #heard = 0;

  constructor(private readonly client: BrokerClient) {
    client.status.subscribe((status) => LOST.has(status) && this.#lost());
  }

  get heard(): number {
    return this.#heard;
  }

  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#running += 1;
    try {
      return await work();
    } finally {
      this.#running -= 1;
      if (this.#running === 0) for (const resolve of this.#idle) resolve();
    }
  }

  async connect(): Promise<void> {
    try {
      await this.client.connect();
    } catch (error) {
      throw new WireFailure(false, error);
    }
  }

  request(packet: Packet, reader: Reader): () => void {
    this.#waiting.add(reader);
    // Nest's client writes the id of the request into it.
    const stop = this.client.publish({ ...packet }, (answer) => this.#answered(packet, answer, reader));
    return () => {
      this.#waiting.delete(reader);
      stop();
    };
  }

  async emit(packet: Packet): Promise<void> {
    try {
      await this.client.dispatchEvent({ ...packet });
    } catch (error) {
      throw failureOf(error, packet);
    }
  }

  giveUp(): void {
    // A broker may be well while whoever answers is not; Nest's client connects anew by itself.
  }

  /** Resolves when nothing runs over it. */
  async idle(): Promise<void> {
    if (this.#running > 0) await new Promise<void>((resolve) => this.#idle.add(resolve));
  }

  #answered(packet: Packet, answer: AnswerPacket, reader: Reader): void {
    this.#heard += 1;
    const { err } = answer;
    if (answer.isDisposed || err) this.#waiting.delete(reader);
    if (!err) return deliver(answer, reader);
    reader.error(err instanceof RemoteFailure ? err : failureOf(err, packet));
  }

  #lost(): void {
    const readers = [...this.#waiting];
    this.#waiting.clear();
    const failure = new WireFailure(true, new Error('the connection to the broker was lost'));
    for (const reader of readers) reader.error(failure);
  }
}

/** What Nest's client itself has to say: it throws what its library throws, and answers with it as well. */
function failureOf(error: unknown, packet: Packet): unknown {
  const told = [UnsendablePacket, UnreadableAnswer, WireFailure].some((kind) => error instanceof kind);
  if (told) return error;
  return error instanceof TypeError && !isJson(packet)
    ? new UnsendablePacket(error)
    : new WireFailure(true, error);
}

function isJson(packet: Packet): boolean {
  try {
    JSON.stringify(packet);
    return true;
  } catch {
    return false;
  }
}
