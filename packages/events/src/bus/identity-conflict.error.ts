import { RookeryError } from '@rookery/common';

/**
 * An event was published under the (source, id) of another one. Published again, an event is taken for the same and
 * dropped; another event under its identity would be lost silently, so it is refused.
 */
export class IdentityConflictError extends RookeryError {
  readonly code = 'EVENT_IDENTITY_CONFLICT';

  constructor(
    readonly source: string,
    readonly id: string,
    readonly type: string,
    readonly knownType: string,
  ) {
    super(
      `Event "${type}" cannot be published: its id ${id} already belongs to an event "${knownType}" of ${source}. Give each event an id of its own.`,
    );
  }
}
