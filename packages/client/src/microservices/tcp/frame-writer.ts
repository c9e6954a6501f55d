import { isThenable } from '@rookery/common';
import { type Serializer } from '../wire/packet.js';
import { UnsendablePacket, WireFailure } from '../wire/wire-failure.js';
import { type FramedSocket } from './tcp-codec.js';

/** Writes packets to a socket, and knows of each whether it went out. */
export class FrameWriter {
  /** A socket that is cut says nothing of what it had still to write, so it is told here. */
  readonly #writing = new Set<(failure: WireFailure) => void>();
  #ended: WireFailure | undefined;

  constructor(
    private readonly framed: FramedSocket,
    private readonly serializer: Serializer,
  ) {}

  /** Resolves when the packet was written. Rejects with a `WireFailure`, or an `UnsendablePacket`. */
  async write(packet: object): Promise<void> {
    // Not after an await, where there is nothing to wait for: messages go in the order in which they were given.
    const message = written(() => this.serializer.serialize(packet));
    await this.#send(isThenable(message) ? await message.then(undefined, refuse) : message);
  }

  /** The socket is gone: what has not gone out will not. */
  end(failure: WireFailure): void {
    this.#ended = failure;
    for (const reject of this.#writing) reject(failure);
    this.#writing.clear();
  }

  #send(message: unknown): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#ended) return reject(new WireFailure(false, this.#ended.cause));
      this.#writing.add(reject);
      const done = (error?: unknown) => {
        this.#writing.delete(reject);
        if (error) reject(new WireFailure(true, error));
        else resolve();
      };
      try {
        this.framed.sendMessage(message, done);
      } catch (error) {
        this.#writing.delete(reject);
        reject(new UnsendablePacket(error));
      }
    });
  }
}

function written<T>(write: () => T): T {
  try {
    return write();
  } catch (error) {
    return refuse(error);
  }
}

function refuse(error: unknown): never {
  throw new UnsendablePacket(error);
}
