import { RookeryError } from '@rookery/common';

/** Two health indicators have one name, so one of them could not be seen in the report. */
export class DuplicateIndicatorError extends RookeryError {
  readonly code = 'DUPLICATE_INDICATOR';

  constructor(readonly indicator: string) {
    super(
      `There is already a health indicator named "${indicator}". Give each one, and each dependency, a name of its own.`,
    );
  }
}
