import { RookeryError } from '@rookery/common';

/** `expired`: the registry has forgotten it. `taken`: somebody else registered the same id later. */
export type LeaseLossReason = 'expired' | 'taken';

/** A lease that cannot be renewed any more. The instance has to be registered anew. */
export class LeaseLostError extends RookeryError {
  readonly code = 'LEASE_LOST';

  constructor(
    readonly service: string,
    readonly instanceId: string,
    readonly reason: LeaseLossReason,
  ) {
    const why =
      reason === 'taken'
        ? 'another process has registered the same id. Give each its own instanceId'
        : 'the registry has forgotten it';
    super(`the lease of instance ${instanceId} of service ${service} is lost: ${why}.`);
  }
}
