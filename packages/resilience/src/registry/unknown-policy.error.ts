import { RookeryError } from '@rookery/common';

/** Nobody defined a policy of this name. */
export class UnknownPolicyError extends RookeryError {
  readonly code = 'UNKNOWN_POLICY';

  constructor(
    readonly policy: string,
    /** The names that are defined. */
    readonly known: readonly string[],
    /** Who asked for it, such as `Users.find`. */
    readonly askedBy?: string,
  ) {
    const asker = askedBy === undefined ? '' : ` asked for by ${askedBy}`;
    const names = known.length > 0 ? `Known policies: ${known.join(', ')}` : 'No policy is defined';
    super(`Unknown policy "${policy}"${asker}. ${names}. Add it to ResilienceModule.forRoot({ policies }).`);
  }
}
