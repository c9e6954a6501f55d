import { RookeryError, type SchemaIssue } from '@rookery/common';
import { type EventContract } from './event-contract.js';

/** An event that its handler does not know in this form. Trying again does not help; a newer version of the handler may. */
export class EventMismatchError extends RookeryError {
  readonly code = 'EVENT_MISMATCH';

  /**
   * @param type The event's type.
   * @param version The version that the event says it has.
   * @param problem What does not fit, as a sentence.
   * @param issues Where the data does not fit its schema. Not part of the message, as some libraries quote the value.
   */
  constructor(
    readonly type: EventContract['type'],
    readonly version: string,
    problem: string,
    readonly issues: readonly SchemaIssue[] = [],
    options?: ErrorOptions,
  ) {
    super(`${type}, version ${version}: ${problem}`, options);
  }
}
