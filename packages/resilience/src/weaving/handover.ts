import { Commitment } from '../pipeline/commitment.js';
import { STREAM_END } from './stream-end.js';

/** What the reader gets next: a value, or how the pipeline ended. */
type Step = { readonly value: unknown } | Ending;
type Ending = { readonly result: unknown } | { readonly error: unknown };

/** Passes values from the attempt that iterates to the reader, one at a time and on demand. */
export class Handover {
  readonly commitment = new Commitment();
  #ending: Ending | undefined;
  #left = false;
  /** Wakes the reader that waits for a step. Set exactly while a value is wanted. */
  #deliver: ((step: Step) => void) | undefined;
  /** Wakes the attempt that waits for the reader. */
  #wake: (() => void) | undefined;

  /** The reader's side: the next step. */
  take(): Promise<Step> {
    if (this.#ending) return Promise.resolve(this.#ending);
    return new Promise((resolve) => {
      this.#deliver = resolve;
      this.#wake?.();
    });
  }

  /** The reader's side: no more steps are wanted. */
  leave(): void {
    this.#left = true;
    this.#wake?.();
  }

  /** The pipeline's side: no more values will come. */
  finish(ending: Ending): void {
    this.#ending = ending;
    this.#give(ending);
  }

  /** The attempt's side: iterates the source as far as the reader wants. */
  async pump(source: AsyncIterable<unknown>, signal: AbortSignal): Promise<typeof STREAM_END> {
    const iterator = source[Symbol.asyncIterator]();
    try {
      while (await this.#wanted()) {
        const step = await iterator.next();
        // An attempt that was given up must not speak into a later one.
        if (step.done || signal.aborted) break;
        this.commitment.make();
        this.#give({ value: step.value });
      }
      return STREAM_END;
    } finally {
      await iterator.return?.();
    }
  }

  async #wanted(): Promise<boolean> {
    if (!this.#deliver && !this.#left) await new Promise<void>((resolve) => (this.#wake = resolve));
    this.#wake = undefined;
    return !this.#left;
  }

  #give(step: Step): void {
    const deliver = this.#deliver;
    this.#deliver = undefined;
    deliver?.(step);
  }
}
