import { type Observable, type Subscriber } from 'rxjs';
import { Commitment } from '../pipeline/commitment.js';
import { STREAM_END } from './stream-end.js';

/** One reader's stay at an observable, over all its attempts. */
export class Visit {
  readonly commitment = new Commitment();
  readonly #abort = new AbortController();
  readonly #caller: AbortSignal | undefined;
  readonly #onCallerAbort = () => this.#abort.abort(this.#caller?.reason);
  #satisfy: (() => void) | undefined;

  /** @param caller The signal of who subscribes. */
  constructor(
    private readonly reader: Subscriber<unknown>,
    caller: AbortSignal | undefined,
  ) {
    this.#caller = caller;
    if (this.#caller?.aborted) this.#onCallerAbort();
    this.#caller?.addEventListener('abort', this.#onCallerAbort, { once: true });
  }

  /** Aborts when the reader leaves before the first value, or the surrounding call is aborted. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  /** Hands the values of one attempt on. Resolves when they end, or the reader has had enough. */
  read(source: Observable<unknown>, signal: AbortSignal): Promise<typeof STREAM_END> {
    return new Promise((resolve, reject) => {
      const subscription = source.subscribe({
        next: (value) => {
          this.commitment.make();
          this.reader.next(value);
        },
        error: reject,
        complete: () => resolve(STREAM_END),
      });
      this.#satisfy = () => {
        subscription.unsubscribe();
        resolve(STREAM_END);
      };
      // A reader such as `firstValueFrom` leaves while the source is still in `subscribe`.
      if (this.reader.closed) this.leave();
      // The work ends with its attempt: whoever waits for it, such as a bulkhead for its permit, would wait for ever.
      const giveUp = () => {
        subscription.unsubscribe();
        reject(signal.reason);
      };
      if (signal.aborted) giveUp();
      else signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  /** A reader who leaves after a value got what it came for; one who leaves before it aborts the call. */
  leave(): void {
    if (this.commitment.made) this.#satisfy?.();
    else this.#abort.abort();
  }

  /** The call is over, whoever ended it. */
  end(): void {
    this.#caller?.removeEventListener('abort', this.#onCallerAbort);
  }
}
