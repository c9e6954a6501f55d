import { RookeryError } from '@rookery/common';

/** NATS did not do what it was asked to. It may do so later: whoever asked tries again. */
export class NatsUnavailableError extends RookeryError {
  readonly code = 'NATS_UNAVAILABLE';
  override readonly status = 503;
  readonly retryable = true;

  /**
   * @param server Which servers, without credentials.
   * @param reason What they, or the connection to them, had to say.
   */
  constructor(
    readonly server: string,
    readonly reason: string,
  ) {
    super(`${server} cannot be used: ${reason}. Is it running, with JetStream, and reachable from here?`);
  }
}
