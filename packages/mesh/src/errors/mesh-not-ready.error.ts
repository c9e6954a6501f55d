import { messageOf, RookeryError } from '@rookery/common';

/** The sidecar did not become ready in time, so the app does not start. */
export class MeshNotReadyError extends RookeryError {
  readonly code = 'MESH_NOT_READY';

  /**
   * @param url The readiness URL that was asked.
   * @param waitedMs How long it was waited for, in milliseconds.
   * @param cause What the last question ended with.
   */
  constructor(
    readonly url: string,
    readonly waitedMs: number,
    cause: unknown,
  ) {
    super(
      `The sidecar was not ready at ${url} within ${waitedMs} ms: ${messageOf(cause)}. ` +
        'Check that it runs in this pod, and waitFor.url and waitFor.timeout of MeshModule.forRoot.',
      { cause },
    );
  }
}
