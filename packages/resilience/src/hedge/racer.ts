import { type AbortScope } from '../pipeline/abort-scope.js';

/** One attempt in a race. */
export class Racer implements AbortScope {
  onAbort: (() => void) | undefined;
  readonly #controller = new AbortController();

  constructor(
    /** Its place in the race; the first attempt has 0. */
    readonly order: number,
    /** Its number in the call, where retries and hedges are counted together. */
    readonly attempt: number,
  ) {}

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    this.#controller.abort(reason);
    this.onAbort?.();
  }
}
