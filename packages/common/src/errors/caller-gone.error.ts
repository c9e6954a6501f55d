import { RookeryError } from './rookery.error.js';

/**
 * Whoever asked has left before the answer: nobody waits for it, so the work is given up. The reason of the call's abort
 * signal. It is no failure of anything that was called meanwhile, and policies do not count it.
 */
export class CallerGoneError extends RookeryError {
  readonly code = 'CALLER_GONE';
  /** Client Closed Request, nginx's number for it, which gRPC's mapping of CANCELLED uses too (google/rpc/code.proto). */
  override readonly status = 499;

  constructor() {
    super('The caller has left before the answer, so the work was given up.');
  }
}
