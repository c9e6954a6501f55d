import { CircuitOpenError } from '../circuit-breaker/circuit-open.error.js';
import { RateLimitError } from '../rate-limit/rate-limit.error.js';
import { TimeoutError } from '../timeout/timeout.error.js';
import { endOf } from './call-end.js';

const withStatus = (status: number) => Object.assign(new Error(`status ${status}`), { status });

describe('the end of a call that failed', () => {
  it.each([
    ['a time-out', new TimeoutError('users', 10, 'total')],
    ['429', withStatus(429)],
    ['503', withStatus(503)],
    ['504', withStatus(504)],
  ])('is a sign of overload with %s', (_what, error) => {
    expect(endOf(error, undefined)).toBe('overload');
  });

  it.each([
    ['an error without a status', new Error('broken')],
    ['500', withStatus(500)],
    ['404', withStatus(404)],
    ['nothing at all', undefined],
    ['a rejection by the circuit breaker', new CircuitOpenError('users', 10)],
    ['a rejection by a rate limit', new RateLimitError('users', 1, 1_000, 10)],
  ])('says nothing with %s', (_what, error) => {
    expect(endOf(error, undefined)).toBe('ignored');
  });

  it('says nothing when the caller left', () => {
    expect(endOf(withStatus(503), AbortSignal.abort())).toBe('ignored');
  });
});
