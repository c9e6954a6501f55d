import { messageOf, RookeryError } from '@rookery/common';

/** No answer came from the mesh: the connection to it was refused, cut, or never made. */
export class MeshUnavailableError extends RookeryError {
  readonly code = 'MESH_UNAVAILABLE';
  override readonly status = 503;

  /**
   * @param request What was asked, such as `POST user-service/find`.
   * @param sent Whether the service may have seen the request. `false` means that it surely has not.
   * @param hint What to check when it was not sent.
   */
  constructor(
    readonly request: string,
    readonly sent: boolean,
    cause: unknown,
    hint?: string,
  ) {
    const check = sent || hint === undefined ? '' : ` ${hint}`;
    super(`${request}: no answer from the mesh: ${messageOf(cause).replace(/\.$/, '')}.${check}`, { cause });
  }
}
