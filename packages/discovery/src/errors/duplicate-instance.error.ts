import { RookeryError } from '@rookery/common';

/** This process has registered an instance with the same service and id already. */
export class DuplicateInstanceError extends RookeryError {
  readonly code = 'DUPLICATE_INSTANCE';

  constructor(
    readonly service: string,
    readonly instanceId: string,
  ) {
    super(
      `instance ${instanceId} of service ${service} is registered already. Deregister it first, or leave the id out to get one of its own.`,
    );
  }
}
