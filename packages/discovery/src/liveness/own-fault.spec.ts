import { isOwnFault } from './own-fault.js';

const failure = (code: string) => Object.assign(new Error(code), { code });

describe('a connection that failed', () => {
  it.each(['EAI_AGAIN', 'EMFILE', 'ENFILE', 'ENOBUFS', 'EADDRNOTAVAIL', 'ENETUNREACH', 'ENETDOWN'])(
    'for %s says nothing about the other end',
    (code) => {
      expect(isOwnFault(failure(code))).toBe(true);
    },
  );

  it.each(['ECONNREFUSED', 'ECONNRESET', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENOTFOUND', 'EPROTO'])(
    'for %s says that nobody answers there',
    (code) => {
      expect(isOwnFault(failure(code))).toBe(false);
    },
  );

  it('at several addresses says nothing only when none of them could be tried', () => {
    const both = (...codes: string[]) => isOwnFault(new AggregateError(codes.map(failure)));
    expect([both('ENETUNREACH', 'ECONNREFUSED'), both('ENETUNREACH', 'EMFILE'), both()]).toEqual([
      false,
      true,
      false,
    ]);
  });

  it('for no reason that is known says that nobody answers there', () => {
    expect(isOwnFault(new Error('refused'))).toBe(false);
  });
});
