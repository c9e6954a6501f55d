import { type WireHead, type WireRequest, type WireResponse } from '../transport.js';
import { decompress } from './decompress.js';
import { Exchange } from './exchange.js';
import { type Origin } from './origin.js';

/** An exchange whose answer is read to its end. */
export class WholeExchange extends Exchange {
  #head!: WireHead;
  #first: Buffer | undefined;
  #more: Buffer[] | undefined;

  constructor(
    request: WireRequest,
    origin: Origin,
    private readonly resolve: (response: WireResponse) => void,
    protected readonly reject: (error: unknown) => void,
  ) {
    super(request, origin);
  }

  protected begin(head: WireHead): void {
    this.#head = head;
  }

  protected take(chunk: Buffer): void {
    if (!this.#first) this.#first = chunk;
    else (this.#more ??= [this.#first]).push(chunk);
  }

  protected finish(): void {
    const body = this.#more ? Buffer.concat(this.#more) : this.#first;
    if (!body) return this.#deliver('');
    if (this.#head.headers['content-encoding'] === undefined) return this.#deliver(textOf(body));
    // The signal is heard until the body is there.
    decompress(this.request, this.#head, body).then(
      (plain) => !this.ended && this.#deliver(textOf(plain)),
      (error: unknown) => this.fail(error),
    );
  }

  #deliver(body: string): void {
    this.release();
    const { status, headers } = this.#head;
    this.resolve({ status, headers, body });
  }
}

const BYTE_ORDER_MARK = 0xfeff;

/** UTF-8, which is what services speak; a byte order mark is none of the text. */
function textOf(body: Buffer): string {
  const text = body.toString();
  return text.charCodeAt(0) === BYTE_ORDER_MARK ? text.slice(1) : text;
}
