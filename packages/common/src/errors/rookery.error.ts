const BRAND = Symbol.for('@rookery/error');

/** The base of every error that Rookery raises on purpose. */
export abstract class RookeryError extends Error {
  /** Tells the kind of error to a program; it stays when the message is reworded. */
  abstract readonly code: string;
  /** The HTTP status that fits when this error ends a request. Unset where none fits better than 500. */
  readonly status?: number;
  /** Marks the error for `isRookeryError`, also across two installed copies of a package. */
  readonly [BRAND] = true;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** Whether a value is one of Rookery's errors and, when a code is given, the one with that code. */
export function isRookeryError(value: unknown, code?: string): value is RookeryError {
  if (typeof value !== 'object' || value === null || !(BRAND in value)) return false;
  return code === undefined || (value as unknown as RookeryError).code === code;
}
