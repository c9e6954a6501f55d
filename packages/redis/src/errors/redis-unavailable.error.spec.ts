import { RedisUnavailableError } from './redis-unavailable.error.js';

describe('the error of a redis that cannot be used', () => {
  it.each([
    ['WRONGPASS invalid username-password pair', 'Check the username and password of url'],
    ['NOAUTH Authentication required', 'Check the username and password of url'],
    ['ERR AUTH <password> called without any password configured', 'Check the username and password of url'],
    ["NOPERM this user has no permissions to run the 'eval' command", 'Let its user run the commands'],
    ['MOVED 3999 127.0.0.1:6381', 'Redis Cluster is not supported'],
    ["ERR unknown command 'HELLO'", 'It takes Redis 6 or later'],
    ['ERR DB index is out of range', 'Check the number of the database in url.'],
  ])('says what to do about %j, which no later try changes', (reason, remedy) => {
    const error = new RedisUnavailableError('redis at x', reason);
    expect(error).toMatchObject({ retryable: false, reason });
    expect(error.message).toContain(`redis at x cannot be used: ${reason}. ${remedy}`);
    expect(error.message).not.toContain('Is it running');
  });

  it.each(['connect ECONNREFUSED 127.0.0.1:6379', 'LOADING Redis is loading the dataset in memory'])(
    'asks whether it runs after %j, and may be tried again',
    (reason) => {
      const error = new RedisUnavailableError('redis at x', reason);
      expect(error.retryable).toBe(true);
      expect(error.message).toContain(`${reason}. Is it running, and reachable from here?`);
    },
  );
});
