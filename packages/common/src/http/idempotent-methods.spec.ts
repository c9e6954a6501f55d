import { isIdempotent } from './idempotent-methods.js';

describe('methods', () => {
  it('are idempotent by the book', () => {
    const methods = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE', 'POST', 'PATCH'] as const;
    expect(methods.filter(isIdempotent)).toEqual(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);
  });
});
