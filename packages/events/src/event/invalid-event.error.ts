import { RookeryError, type SchemaIssue } from '@rookery/common';

/** An event that cannot be published, or bytes that are no event. Trying again does not help. */
export class InvalidEventError extends RookeryError {
  readonly code = 'INVALID_EVENT';
  /** Where the data does not fit its schema. Not part of the message, as some libraries quote the value. */
  readonly issues: readonly SchemaIssue[];

  /** @param problem What is wrong and what is allowed, as a sentence. */
  constructor(
    readonly problem: string,
    options: ErrorOptions & { readonly issues?: readonly SchemaIssue[] } = {},
  ) {
    const { issues = [], ...others } = options;
    super(`Invalid event: ${problem}`, others);
    this.issues = issues;
  }
}
