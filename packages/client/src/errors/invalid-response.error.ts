import { atPlaces, RookeryError, type SchemaIssue, UnsafeJsonError } from '@rookery/common';

/** The answer said that it was of a form and was not, or does not fit the schema that the caller gave. */
export class InvalidResponseError extends RookeryError {
  readonly code = 'INVALID_RESPONSE';
  override readonly status = 502;
  /**
   * Where the answer does not fit its schema; empty when it could not even be decoded. Not enumerable and not part of the
   * message, which names only the places: what a schema's library says may quote what came, and that may be secret.
   */
  declare readonly issues: readonly SchemaIssue[];

  /**
   * @param request What was asked, such as `GET user-service/users/:id`.
   * @param form What the answer had to be.
   */
  constructor(
    readonly request: string,
    cause: unknown,
    readonly form = 'JSON',
    issues: readonly SchemaIssue[] = [],
  ) {
    super(`${request}: the answer ${issues.length > 0 ? unfit(form, issues) : invalid(form, cause)}`, {
      cause,
    });
    Object.defineProperty(this, 'issues', { value: issues });
  }

  /** Whether the answer was well formed, and only does not fit the schema. It shows an instance that works. */
  get misfit(): boolean {
    return this.issues.length > 0;
  }
}

function unfit(form: string, issues: readonly SchemaIssue[]): string {
  return `does not fit ${form}${atPlaces(issues)}`;
}

/** Only our own reason is told: that of a parser quotes the body. */
function invalid(form: string, cause: unknown): string {
  return `is not valid ${form}${cause instanceof UnsafeJsonError ? ` that is safe to read: ${cause.reason}` : ''}`;
}
