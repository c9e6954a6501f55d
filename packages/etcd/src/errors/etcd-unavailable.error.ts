import { RookeryError } from '@rookery/common';
import { remedyOf } from './remedy.js';

/**
 * etcd did not do what it was asked to. It may do so later, and whoever asked tries again; it is not `retryable` when only
 * somebody who changes the configuration can help.
 */
export class EtcdUnavailableError extends RookeryError {
  readonly code = 'ETCD_UNAVAILABLE';
  override readonly status = 503;
  readonly retryable: boolean;

  /**
   * @param server Which endpoints, without credentials.
   * @param reason What the last of them that was tried, or the connection to it, had to say.
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
