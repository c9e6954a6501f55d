import { RookeryError } from '@rookery/common';

/** The client was closed, by `close()` or because the app stops, so nothing was sent. */
export class ClientClosedError extends RookeryError {
  readonly code = 'CLIENT_CLOSED';
  override readonly status = 503;

  constructor() {
    super('The client is closed: it takes no calls any more.');
  }
}
