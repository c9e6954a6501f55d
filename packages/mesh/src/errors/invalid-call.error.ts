import { RookeryError } from '@rookery/common';

/** Which part of a call cannot be used. */
export type CallPart = 'service' | 'method' | 'authority' | 'verb' | 'headers' | 'data';

/** A call that cannot be sent as it was asked for. Nothing was sent: the mistake is in the code that calls. */
export class InvalidCallError extends RookeryError {
  readonly code = 'INVALID_CALL';

  /** @param problem What is wrong and what to use instead, without secrets. */
  constructor(
    readonly part: CallPart,
    readonly problem: string,
    options?: ErrorOptions,
  ) {
    super(`MeshClient.call: ${part}: ${problem}`, options);
  }
}
