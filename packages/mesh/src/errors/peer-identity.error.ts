import { RookeryError } from '@rookery/common';

/** Why the other side is not who it has to be, or why it takes us for somebody else. */
export type PeerProblem =
  | 'untrusted'
  | 'self-signed'
  | 'expired'
  | 'not yet valid'
  | 'wrong purpose'
  | 'no id'
  | 'several ids'
  | 'wrong id'
  | 'not a workload'
  | 'refused us';

const EXPLAINED: Readonly<Record<PeerProblem, string>> = {
  untrusted: 'no authority of the trust bundle has signed its certificate',
  'self-signed': 'its certificate is signed by itself, not by an authority of the trust bundle',
  expired: 'its certificate has expired',
  'not yet valid': 'its certificate is not valid yet; compare the clocks',
  'wrong purpose':
    'its certificate is not for this purpose; the extended key usage has to allow serverAuth for a server and clientAuth for a client',
  'no id': 'its certificate holds no SPIFFE id: a URI among its alternative names',
  'several ids': 'its certificate holds several URIs, and a SPIFFE certificate has exactly one',
  'wrong id': 'its certificate is of somebody else',
  'not a workload': 'its certificate is that of an authority, which speaks for no workload',
  'refused us': 'it does not accept our certificate; compare its trust bundle with who has signed ours',
};

/** The other side of a connection could not prove that it is the service that was called. Nothing was sent to it. */
export class PeerIdentityError extends RookeryError {
  readonly code = 'PEER_IDENTITY';
  override readonly status = 503;

  /**
   * @param problem What is wrong.
   * @param expected The id that it has to prove.
   * @param presented The ids that its certificate holds, as far as it was looked at.
   */
  constructor(
    readonly problem: PeerProblem,
    readonly expected: string,
    readonly presented: readonly string[] = [],
    options?: ErrorOptions,
  ) {
    const shown = presented.length > 0 ? ` (${presented.map(printable).join(', ')})` : '';
    super(`Expected ${expected}, but ${EXPLAINED[problem]}${shown}.`, options);
  }
}

/** What a stranger put into a certificate, short and on one line. */
function printable(text: string): string {
  // oxlint-disable-next-line no-control-regex -- they are what is replaced
  return text.slice(0, 200).replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029]/g, '?');
}
