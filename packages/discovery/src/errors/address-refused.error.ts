import { RookeryError } from '@rookery/common';

/** The host name of an instance leads only to addresses at which no instance may be, so nothing was sent. */
export class AddressRefusedError extends RookeryError {
  readonly code = 'ADDRESS_REFUSED';
  override readonly status = 503;

  /**
   * @param host The name that was resolved.
   * @param address Where it leads; the first, when there are several.
   * @param problem One sentence: why no call goes there, and what to do when it is right.
   */
  constructor(
    readonly host: string,
    readonly address: string,
    problem: string,
  ) {
    super(`The name ${host} leads to ${address}. ${problem}`);
  }
}
