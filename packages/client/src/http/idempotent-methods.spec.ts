import { isIdempotent } from './idempotent-methods.js';

describe('methods', () => {
  it('are idempotent by the book', () => {
    expect((['GET', 'PUT', 'DELETE', 'POST', 'PATCH'] as const).map(isIdempotent)).toEqual([
      true,
      true,
      true,
      false,
      false,
    ]);
  });
});
