/** Somebody who waits for the next message. */
interface Taker<T> {
  readonly resolve: (step: IteratorResult<T, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

const DONE = { done: true, value: undefined } as const;

/** Hands messages from the try that receives them to the reader, one at a time and on demand. */
export class Mailbox<T> {
  /** In the order in which they asked, as generators have it. */
  #takers: Taker<T>[] = [];
  #ended: { readonly error?: unknown } | undefined;
  #left = false;
  /** Wakes the try that waits for the reader. */
  #wake: (() => void) | undefined;

  /** Whether the reader waits for a message. */
  get reading(): boolean {
    return this.#takers.length > 0;
  }

  /** The reader's side: the next message. Rejects with what the stream has failed with, once. */
  take(): Promise<IteratorResult<T, undefined>> {
    if (this.#ended) return this.#ending(this.#ended);
    return new Promise((resolve, reject) => {
      this.#takers.push({ resolve, reject });
      this.#wake?.();
    });
  }

  /** The reader's side: no more messages are wanted. */
  leave(): void {
    this.#left = true;
    this.#wake?.();
  }

  /** The side of the try: whether to fetch a message, as soon as that is known. */
  async wanted(): Promise<boolean> {
    if (!this.reading && !this.#left) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#wake = undefined;
    return this.reading && !this.#left;
  }

  /** The side of the try: the message that was wanted. */
  give(value: T): void {
    this.#takers.shift()?.resolve({ done: false, value });
  }

  /** The stream has ended, with an error or without: of those who wait, the first is told. */
  end(ended: { readonly error?: unknown }): void {
    this.#ended = ended;
    this.#left = true;
    this.#wake?.();
    for (const { resolve, reject } of this.#takers.splice(0)) this.#ending(this.#ended).then(resolve, reject);
  }

  #ending(ended: { readonly error?: unknown }): Promise<IteratorResult<T, undefined>> {
    this.#ended = {};
    return 'error' in ended ? Promise.reject(ended.error) : Promise.resolve(DONE);
  }
}
