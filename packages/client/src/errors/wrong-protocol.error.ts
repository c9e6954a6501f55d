import { RookeryError } from '@rookery/common';

/** The instance that was found speaks another protocol than the client, so nothing was sent. */
export class WrongProtocolError extends RookeryError {
  readonly code = 'WRONG_PROTOCOL';

  /**
   * @param protocol What the instance speaks.
   * @param expected What the client speaks.
   */
  constructor(
    readonly service: string,
    readonly instanceId: string,
    readonly protocol: string,
    readonly expected: readonly string[],
  ) {
    super(
      `${service}: The instance "${instanceId}" speaks ${protocol}, this client speaks ${expected.join(' or ')}. ` +
        'One service name stands for one protocol: register what speaks another one under another name.',
    );
  }
}
