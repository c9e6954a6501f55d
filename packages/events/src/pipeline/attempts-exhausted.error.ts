import { RookeryError } from '@rookery/common';

/** All attempts began and none reported back: each time the process died, or stood still until it lost its lease. */
export class AttemptsExhaustedError extends RookeryError {
  readonly code = 'ATTEMPTS_EXHAUSTED';

  constructor(readonly attempts: number) {
    super(
      `${attempts} attempts began and the last one never ended: its process died or stood still. The event may be what kills it.`,
    );
  }
}
