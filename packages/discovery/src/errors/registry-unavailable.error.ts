import { messageOf, RookeryError } from '@rookery/common';

/** The registry cannot be read, and nothing that was read earlier can stand in for it. */
export class RegistryUnavailableError extends RookeryError {
  readonly code = 'REGISTRY_UNAVAILABLE';
  override readonly status = 503;
  readonly retryable = true;

  constructor(
    readonly registry: string,
    readonly service: string,
    options: { readonly cause: unknown },
  ) {
    super(`the registry (${registry}) cannot be read for ${service}: ${messageOf(options.cause)}`, options);
  }
}
