import { Readable } from 'node:stream';
import { type WireHead, type WireRequest, type WireStream } from '../transport.js';
import { decompressing } from './decompress.js';
import { Exchange } from './exchange.js';
import { type Origin } from './origin.js';

/** An exchange whose answer is handed out as soon as its head is there. It reads no faster than its reader. */
export class StreamedExchange extends Exchange {
  #body: Readable | undefined;

  constructor(
    request: WireRequest,
    origin: Origin,
    private readonly resolve: (stream: WireStream) => void,
    private readonly refuse: (error: unknown) => void,
  ) {
    super(request, origin);
  }

  protected begin(head: WireHead): void {
    const coming = new Readable({
      read: () => this.controller?.resume(),
      destroy: (error, callback) => {
        // Read to its end, or nobody wants it: then its connection goes with it.
        this.fail(error);
        callback(error);
      },
    });
    this.#body = coming;
    try {
      const body = decompressing(this.request, head, coming);
      // It can fail before anybody listens, as when the head and too large a chunk come in one packet. Whoever reads it
      // hears of that nevertheless, because a stream keeps its error.
      body.on('error', () => {});
      this.resolve({ ...head, body });
    } catch (error) {
      this.#body = undefined;
      this.fail(error);
    }
  }

  protected take(chunk: Buffer): void {
    if (!this.#body?.push(chunk)) this.controller?.pause();
  }

  protected finish(): void {
    this.release();
    this.#body?.push(null);
  }

  protected reject(error: unknown): void {
    if (this.#body) this.#body.destroy(error as Error);
    else this.refuse(error);
  }
}
