import { RookeryError } from '@rookery/common';

/** The default fault: a call failed because somebody wanted to see what happens then. */
export class ChaosError extends RookeryError {
  readonly code = 'CHAOS';
  override readonly status = 500;

  constructor(readonly policy: string) {
    super(
      `Policy "${policy}": this call failed on purpose, as chaos.fault asks. Remove chaos from the policy to stop it.`,
    );
  }
}
