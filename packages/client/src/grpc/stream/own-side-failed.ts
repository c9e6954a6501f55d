/**
 * Something of the caller has failed during a stream: its requests, which ended with an error or do not fit the contract, or a
 * hook of its options. The error is in `cause`. A mistake of this side, which says nothing about the other one; the status
 * tells the policies so.
 */
export class OwnSideFailed extends Error {
  readonly status = 400;

  constructor(override readonly cause: unknown) {
    super('the side of the caller failed', { cause });
  }
}
