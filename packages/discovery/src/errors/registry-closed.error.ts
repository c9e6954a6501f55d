import { RookeryError } from '@rookery/common';

/** The registry was used after it was closed, which happens when an app stops. */
export class RegistryClosedError extends RookeryError {
  readonly code = 'REGISTRY_CLOSED';
  override readonly status = 503;

  constructor() {
    super('The service registry is closed, because the app that owns it has stopped.');
  }
}
