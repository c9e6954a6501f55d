import { RookeryError } from '@rookery/common';

/** The app stops and does not wait for the handler any longer. The reason of the delivery's abort signal. */
export class DrainTimeoutError extends RookeryError {
  readonly code = 'DRAIN_TIMEOUT';

  constructor(readonly timeoutMs: number) {
    super(`The handler did not finish within the drain timeout of ${timeoutMs} ms.`);
  }
}
