import { Readable } from 'node:stream';
import { type WireStream } from '../transport.js';

/**
 * The streams that one request of axios has opened below it: several when an interceptor asks again. Each holds a connection
 * until its body has ended, so that those which nobody gets are let go.
 */
export class OpenedStreams {
  readonly #bodies: Readable[] = [];

  add(stream: WireStream): WireStream {
    this.#bodies.push(stream.body);
    return stream;
  }

  /** What the caller gets as the body. Throws a `TypeError` when an interceptor has put something there that is no stream. */
  handOut(data: unknown): Readable {
    if (!(data instanceof Readable))
      throw new TypeError(
        'An interceptor or an adapter of axios gave something else for the body of a stream. Let it return a Readable.',
      );
    if (this.#bodies.includes(data)) this.letGo(data);
    // What an interceptor made of it may read from any of them.
    else data.once('close', () => this.letGo());
    return data;
  }

  /** Ends them all, but for the one that is kept. */
  letGo(kept?: Readable): void {
    for (const body of this.#bodies) if (body !== kept) body.destroy();
  }
}
