/**
 * Who aborts a signal, and tells the attempt below it first-hand. Listening to the signal itself would cost more than
 * most policies do.
 */
export interface AbortScope {
  readonly signal: AbortSignal;
  /** Called once the signal is aborted. One attempt at a time runs directly below a scope. */
  onAbort: (() => void) | undefined;
}
