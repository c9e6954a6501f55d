import { RookeryError } from '../errors/rookery.error.js';

/** JSON of another party that is well formed and would do harm. */
export class UnsafeJsonError extends RookeryError {
  readonly code = 'UNSAFE_JSON';

  /** @param reason What is wrong with it, as in "it is nested too deep". It quotes nothing of what came. */
  constructor(readonly reason: string) {
    super(`The JSON is refused: ${reason}.`);
  }
}
