import { TimeoutError } from './timeout.error.js';

describe('TimeoutError', () => {
  it.each([
    ['total', 'Policy "users": no result within 1200 ms (timeout.total, for all attempts together).'],
    ['attempt', 'Policy "users": no result within 1200 ms (timeout.attempt, for each attempt).'],
    ['deadline', 'Policy "users": no result within 1200 ms (what was left of the caller\'s deadline).'],
  ] as const)('says which limit it was: %s', (scope, message) => {
    expect(new TimeoutError('users', 1_199.6, scope, 5_000)).toMatchObject({
      name: 'TimeoutError',
      code: 'TIMEOUT',
      status: 504,
      policy: 'users',
      timeoutMs: 1_199.6,
      scope,
      deadline: 5_000,
      message,
    });
  });
});
