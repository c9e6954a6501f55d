import { RookeryError } from '@rookery/common';

/** The broker cannot do what the app asks for. Raised while the app boots. */
export class MissingFeatureError extends RookeryError {
  readonly code = 'MISSING_BROKER_FEATURE';

  constructor(
    readonly missing: readonly string[],
    readonly neededBy: string,
  ) {
    super(
      `${neededBy} needs what the broker does not have: ${missing.join(', ')}. Choose another broker in EventsModule.forRoot({ broker }), or do without.`,
    );
  }
}
