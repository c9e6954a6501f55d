import { messageOf, RookeryError } from '@rookery/common';

/** The xDS server cannot listen where it was told to, so the app does not start. */
export class XdsListenError extends RookeryError {
  readonly code = 'XDS_LISTEN';

  /** @param address Where it was to listen, such as `127.0.0.1:18000`. */
  constructor(
    readonly address: string,
    cause: unknown,
  ) {
    super(
      `The xDS server cannot listen on ${address}: ${messageOf(cause)}. Check port and host of XdsServerModule.forRoot.`,
      { cause },
    );
  }
}
