import { messageOf, RookeryError } from '@rookery/common';

/** There is nobody to send the call to, so nothing was sent and another try is safe. */
export class NoInstancesError extends RookeryError {
  readonly code = 'NO_INSTANCES';
  override readonly status = 503;
  readonly retryable = true;

  /** @param options `cause`: why the list could not be read, when that is the reason. */
  constructor(
    readonly service: string,
    options?: ErrorOptions,
  ) {
    const why = options?.cause === undefined ? '' : `: ${messageOf(options.cause)}`;
    super(`no instances available for ${service}${why}`, options);
  }
}
