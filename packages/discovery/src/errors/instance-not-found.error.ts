import { RookeryError } from '@rookery/common';

/** An instance that this process has not registered, so that it cannot deregister it either. */
export class InstanceNotFoundError extends RookeryError {
  readonly code = 'INSTANCE_NOT_FOUND';

  /** @param own The ids that this process has registered for the service. */
  constructor(
    readonly service: string,
    readonly instanceId: string,
    readonly own: readonly string[],
  ) {
    super(
      `instance ${instanceId} of service ${service} not found among those registered here (${own.join(', ') || 'none'}). ` +
        'An instance is removed by the process that registered it, or when its lease runs out.',
    );
  }
}
