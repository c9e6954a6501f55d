import { RookeryError } from '@rookery/common';
import { remedyOf } from './remedy.js';

/**
 * Redis did not do what it was asked to. It may do so later, and whoever asked tries again; it is not `retryable` when only
 * somebody who changes the configuration can help.
 */
export class RedisUnavailableError extends RookeryError {
  readonly code = 'REDIS_UNAVAILABLE';
  override readonly status = 503;
  readonly retryable: boolean;

  /**
   * @param server Which server, without credentials.
   * @param reason What it, or the connection to it, had to say. The error that it came in is left out on purpose: the
   * client's errors carry the command that failed, and that of a refused log-in holds the password.
   */
  constructor(
    readonly server: string,
    readonly reason: string,
  ) {
    super(
      `${server} cannot be used: ${reason}. ${remedyOf(reason) ?? 'Is it running, and reachable from here?'}`,
    );
    this.retryable = remedyOf(reason) === undefined;
  }
}
