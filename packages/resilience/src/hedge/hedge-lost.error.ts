import { RookeryError } from '@rookery/common';

/** Why an attempt's signal aborted: another attempt of the same call answered first. No caller ever gets it. */
export class HedgeLostError extends RookeryError {
  readonly code = 'HEDGE_LOST';

  constructor(readonly policy: string) {
    super(
      `Policy "${policy}": another attempt of this call answered first, so nobody waits for this one. ` +
        'Stop the work; there is nothing to report.',
    );
  }
}
