import { RookeryError } from '@rookery/common';
import { type AnswerError } from './answer-error.js';

/**
 * The other side answered that a circuit of its own is open: it is well, and what it needs for this call is not. It
 * answers our own caller as our own open circuit would, so that every hop of a chain knows what it is.
 *
 * No breaker on the way counts it. A circuit that guards all of the other side would shut off what else that side does,
 * and along a chain each circuit would find the next one still open when it looks: they would close one after another,
 * long after the failure at the end is over. The open circuit further down holds the calls back already.
 */
export class OpenFurtherDownError extends RookeryError {
  readonly code = 'CIRCUIT_OPEN';
  override readonly status = 503;
  /** Whether it speaks for the whole service. Policies take it for a rejection then, and do not try again. */
  readonly rejected: boolean;
  /** How long the other side asked us to wait, when it did. */
  readonly retryAfterMs: number | undefined;

  /**
   * @param request What was asked, such as `GET user-service/users/:id`.
   * @param alternatives How many other instances are up, each with circuits of its own.
   */
  constructor(
    readonly request: string,
    cause: AnswerError,
    alternatives: number,
  ) {
    super(`${request}: a circuit that it needs is open`, { cause });
    this.rejected = alternatives === 0;
    this.retryAfterMs = cause.retryAfterMs;
  }
}
