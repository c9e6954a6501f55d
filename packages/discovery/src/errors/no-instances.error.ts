import { messageOf, RookeryError } from '@rookery/common';
import { printable } from '../admission/printable.js';

/** There is nobody to send the call to, so nothing was sent and another try is safe. */
export class NoInstancesError extends RookeryError {
  readonly code = 'NO_INSTANCES';
  override readonly status = 503;
  readonly retryable = true;

  /**
   * @param registered How many are registered of which the call can go to none, such as those of another protocol.
   * @param options `cause`: why the list could not be read, when that is the reason.
   */
  constructor(
    readonly service: string,
    readonly registered = 0,
    options?: ErrorOptions,
  ) {
    const others = registered === 0 ? '' : ` (${registered} registered, but none that this call can go to)`;
    const why = options?.cause === undefined ? '' : `: ${messageOf(options.cause)}`;
    super(`no instances available for ${printable(service)}${others}${why}`, options);
  }
}
