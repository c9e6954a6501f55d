import { RookeryError } from '@rookery/common';

/** A health check asks for a circuit that the app does not have. */
export class UnknownCircuitError extends RookeryError {
  readonly code = 'UNKNOWN_CIRCUIT';

  constructor(
    readonly circuit: string,
    /** The names of the circuits that there are. */
    readonly known: readonly string[],
  ) {
    const names =
      known.length > 0 ? `The circuits of this app: ${known.join(', ')}` : 'This app has no circuit breaker';
    super(
      `downWhenOpen: there is no circuit "${circuit}". ${names}. ` +
        'Correct the name, or give the policy of that name a circuitBreaker.',
    );
  }
}
