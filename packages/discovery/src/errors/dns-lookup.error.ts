import { RookeryError, systemCode } from '@rookery/common';

/** The name server could not be asked. That says nothing about the instances: the list stays as it was. */
export class DnsLookupError extends RookeryError {
  readonly code = 'DNS_LOOKUP_FAILED';
  override readonly status = 503;
  readonly retryable = true;

  constructor(
    readonly domain: string,
    readonly record: 'A' | 'AAAA' | 'SRV',
    options: { readonly cause: unknown },
  ) {
    super(
      `The ${record} records of ${domain} cannot be read: ${systemCode(options.cause) ?? 'the name server does not answer'}.`,
      options,
    );
  }
}
