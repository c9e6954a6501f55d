import { RookeryError } from '@rookery/common';

/** The answer was no success: the service said so, or the mesh when it could not reach the service. */
export class MeshStatusError extends RookeryError {
  readonly code = 'MESH_STATUS';

  /**
   * @param request What was asked, such as `POST user-service/find`.
   * @param status The status that came back: 400 or more, or a redirect, as those are not followed.
   * @param body The body that came back: decoded JSON, else text. It is not part of the message, as it may hold secrets.
   * @param retryAfterMs How long the other side asked us to wait, when it did.
   */
  constructor(
    readonly request: string,
    override readonly status: number,
    readonly body: unknown,
    readonly retryAfterMs?: number,
  ) {
    super(`${request}: answered ${status}`);
  }

  /** The failure is behind us, not in the request of our own caller. */
  override get responseStatus(): number {
    return 502;
  }

  /** Whether it looks like a failure of the moment, so that another try may succeed: 408, 429 or 5xx. */
  get passing(): boolean {
    return this.status >= 500 || this.status === 408 || this.status === 429;
  }
}
