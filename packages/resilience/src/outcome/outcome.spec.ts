import { RookeryError } from '@rookery/common';
import { withStatus } from '../../test/support.js';
import { PredicateError } from '../errors/predicate.error.js';
import { RejectionError } from '../errors/rejection.error.js';
import { TimeoutError } from '../timeout/timeout.error.js';
import { UndeclaredStreamError } from '../weaving/undeclared-stream.error.js';
import { isAbort, kindOf } from './outcome.js';

class Refused extends RejectionError {
  readonly code = 'REFUSED';
}

class Odd extends RookeryError {
  readonly code = 'ODD';
}

const left = AbortSignal.abort();
const { signal: waiting } = new AbortController();
const timeout = new TimeoutError('users', 100, 'total');

describe('the kind of an error', () => {
  it.each([
    ['any error', new Error('broken'), undefined, 'failure'],
    ['any error for a caller that waits', new Error('broken'), waiting, 'failure'],
    ['any value', 'broken', undefined, 'failure'],
    ["one of Rookery's", new Odd('odd'), undefined, 'failure'],
    ['a server error', withStatus(500), undefined, 'failure'],
    ['a time-out', timeout, undefined, 'failure'],
    ["a time-out, also by the caller's own deadline", timeout, left, 'failure'],
    ['a wrong request', withStatus(404), undefined, 'ignored'],
    ['an error after the caller left', new Error('aborted'), left, 'ignored'],
    ["one of Rookery's after the caller left", new Odd('odd'), left, 'ignored'],
    ['a bug in the options', new PredicateError('users', 'retry.retryIf', 'e', 'f'), undefined, 'ignored'],
    ['a stream that nobody declared', new UndeclaredStreamError('A.b', 'observable'), undefined, 'ignored'],
    [
      'a deadline that had passed before the call began',
      new TimeoutError('users', 0, 'deadline'),
      undefined,
      'rejected',
    ],
    ['a rejection', new Refused('full'), undefined, 'rejected'],
    ['a rejection after the caller left', new Refused('full'), left, 'rejected'],
  ])('%s', (_name, error, caller, kind) => {
    expect(kindOf(error, caller)).toBe(kind);
  });
});

describe('the end of a call by its caller', () => {
  it('needs a caller that left', () => {
    const error = new Error('aborted');
    expect([isAbort(error, left), isAbort(error, waiting), isAbort(error, undefined)]).toEqual([
      true,
      false,
      false,
    ]);
  });

  it('is no time-out', () => {
    expect(isAbort(timeout, left)).toBe(false);
  });
});
