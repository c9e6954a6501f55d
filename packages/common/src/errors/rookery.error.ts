const BRAND = Symbol.for('@rookery/error');

/** The base of every error that Rookery raises on purpose. */
export abstract class RookeryError extends Error {
  /** Tells the kind of error to a program; it stays when the message is reworded. */
  abstract readonly code: string;
  /** What happened, as an HTTP status: policies judge by it whose fault the error is. Unset where none fits. */
  readonly status?: number | undefined;
  /** Marks the error for `isRookeryError`, also across two installed copies of a package. */
  readonly [BRAND] = true;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }

  /** The HTTP status to answer with when this error ends a request of ours. Unset where none fits better than 500. */
  get responseStatus(): number | undefined {
    return this.status;
  }
}

/** Whether a value is one of Rookery's errors and, when a code is given, the one with that code. */
export function isRookeryError(value: unknown, code?: string): value is RookeryError {
  if (typeof value !== 'object' || value === null || !(BRAND in value)) return false;
  return code === undefined || (value as unknown as RookeryError).code === code;
}
