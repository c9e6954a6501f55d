import { RookeryError } from '@rookery/common';

const LISTED = 20;

/** Nobody is, or has been seen to be, registered under the name. */
export class ServiceNotFoundError extends RookeryError {
  readonly code = 'SERVICE_NOT_FOUND';
  override readonly status = 503;

  /** @param known The services that have a living instance. */
  constructor(
    readonly service: string,
    readonly known: readonly string[],
  ) {
    super(`service ${service} not found. ${describe(known)}`);
  }
}

function describe(known: readonly string[]): string {
  if (known.length === 0) return 'No service is registered. Is the registry the one that it registers with?';
  const more = known.length > LISTED ? ` and ${known.length - LISTED} more` : '';
  return `Registered services: ${known.slice(0, LISTED).join(', ')}${more}.`;
}
