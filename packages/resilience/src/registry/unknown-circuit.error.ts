import { RookeryError } from '@rookery/common';

/** Somebody asks for a circuit that the app does not have. */
export class UnknownCircuitError extends RookeryError {
  readonly code = 'UNKNOWN_CIRCUIT';

  constructor(
    /** What asks for it. */
    readonly askedBy: string,
    readonly circuit: string,
    /** The names of the circuits that there are. */
    readonly known: readonly string[],
  ) {
    const names =
      known.length > 0 ? `The circuits of this app: ${known.join(', ')}` : 'This app has no circuit breaker';
    super(
      `${askedBy}: there is no circuit "${circuit}". ${names}. ` +
        'Correct the name, or give the policy of that name a circuitBreaker.',
    );
  }
}
