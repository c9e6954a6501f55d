import { RookeryError } from '@rookery/common';

/** A handler took longer than its `timeout`. Its abort signal has fired; what it still does is not waited for. */
export class HandlerTimeoutError extends RookeryError {
  readonly code = 'HANDLER_TIMEOUT';

  constructor(readonly timeoutMs: number) {
    super(
      `The handler did not finish within ${timeoutMs} ms. Pass the @Signal() on to what it waits for, or raise its timeout.`,
    );
  }
}
