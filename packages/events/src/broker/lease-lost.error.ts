import { RookeryError } from '@rookery/common';

/** The event went to another process while this one was handling it. The reason of the delivery's abort signal. */
export class LeaseLostError extends RookeryError {
  readonly code = 'LEASE_LOST';

  constructor(
    readonly consumer: string,
    readonly eventId: string,
  ) {
    super(
      `${consumer} lost its lease on event ${eventId}: it was not renewed in time, and another process may handle the event now.`,
    );
  }
}
