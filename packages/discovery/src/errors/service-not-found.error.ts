import { RookeryError } from '@rookery/common';
import { printable } from '../admission/printable.js';
import { isServiceName } from '../instance/instance-checks.js';

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
    const why = isServiceName(service) ? describe(known) : 'No service can have such a name.';
    super(`service ${printable(service)} not found. ${why}`);
  }
}

function describe(known: readonly string[]): string {
  if (known.length === 0) return 'No service is registered. Is the registry the one that it registers with?';
  const more = known.length > LISTED ? ` and ${known.length - LISTED} more` : '';
  return `Registered services: ${known.slice(0, LISTED).join(', ')}${more}.`;
}
