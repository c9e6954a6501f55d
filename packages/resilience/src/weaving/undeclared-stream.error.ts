import { RookeryError } from '@rookery/common';

/** A guarded method returned a stream and did not say so beforehand. */
export class UndeclaredStreamError extends RookeryError {
  readonly code = 'UNDECLARED_STREAM';

  constructor(
    /** `Class.method`. */
    readonly method: string,
    readonly returned: 'observable' | 'async iterable',
  ) {
    super(`${method} returned an ${returned}, which its policies could not foresee. ${ADVICE[returned]}`);
  }
}

const ADVICE = {
  observable: 'Declare its return type, as in `find(id: string): Observable<User>`.',
  'async iterable': 'Write it as `async *`, or return a promise of the iterable to guard only its opening.',
};
