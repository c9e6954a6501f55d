import { RookeryError } from './rookery.error.js';

/** The time that the caller of this process had left is over. The reason of the call's abort signal. */
export class DeadlineExceededError extends RookeryError {
  readonly code = 'DEADLINE_EXCEEDED';
  override readonly status = 504;

  /** @param budgetMs How long the caller had left when the request arrived, in milliseconds; 0 when none. */
  constructor(readonly budgetMs: number) {
    super(
      budgetMs > 0
        ? `No answer within the ${Math.round(budgetMs)} ms that the caller had left, so the work was given up.`
        : 'The time of the caller was up when its request arrived, so the work was not begun.',
    );
  }
}
