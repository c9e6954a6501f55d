import { RookeryError } from '@rookery/common';
import { remedyOf } from './remedy.js';

/**
 * NATS did not do what it was asked to. It may do so later, and whoever asked tries again; it is not `retryable` when only
 * somebody who changes the configuration can help.
 */
export class NatsUnavailableError extends RookeryError {
  readonly code = 'NATS_UNAVAILABLE';
  override readonly status = 503;
  readonly retryable: boolean;

  /**
   * @param server Which servers, without credentials.
   * @param reason What they, or the connection to them, had to say.
   */
  constructor(
    readonly server: string,
    readonly reason: string,
  ) {
    super(
      `${server} cannot be used: ${reason}. ${remedyOf(reason) ?? 'Is it running, with JetStream, and reachable from here?'}`,
    );
    this.retryable = remedyOf(reason) === undefined;
  }
}
