import { RookeryError } from '@rookery/common';

/** The broker was used before it was opened or after it was closed. */
export class BrokerClosedError extends RookeryError {
  readonly code = 'BROKER_CLOSED';

  constructor() {
    super('The broker is closed. Events can be published from boot until the app has shut down.');
  }
}
