import { ThrottledError } from '../adaptive-throttle/throttled.error.js';
import { rejection } from './rejection.js';

/** What is reported to a listener, or while nobody listens. */
function sink(observed: boolean) {
  const told: unknown[] = [];
  return { observed, told, next: (event: unknown) => void told.push(event) };
}

describe('a rejection', () => {
  const create = () => new ThrottledError('users', 0.5);

  it('has no stack trace, and is reported to whoever listens', () => {
    const events = sink(true);
    const error = rejection(events, 'users', create);
    expect(error).toBeInstanceOf(ThrottledError);
    expect(error.stack).toBe(`ThrottledError: ${error.message}`);
    expect(events.told).toEqual([{ type: 'rejected', policy: 'users', error }]);
  });

  it('makes no event while nobody listens', () => {
    const events = sink(false);
    rejection(events, 'users', create);
    expect(events.told).toEqual([]);
  });
});
