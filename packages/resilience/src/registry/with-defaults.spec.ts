import { withDefaults } from './with-defaults.js';

describe('options over shared defaults', () => {
  it('add what the policy leaves out, and leave the defaults as they are', () => {
    const defaults = { circuitBreaker: { minimumCalls: 5 }, retry: 3 };
    expect(withDefaults(defaults, { chaos: false })).toEqual({
      circuitBreaker: { minimumCalls: 5 },
      retry: 3,
      chaos: false,
    });
    expect(withDefaults(defaults, { circuitBreaker: { consecutiveFailures: 1 } })).toMatchObject({
      circuitBreaker: { minimumCalls: 5, consecutiveFailures: 1 },
    });
    expect(defaults).toEqual({ circuitBreaker: { minimumCalls: 5 }, retry: 3 });
  });

  it('are laid field by field, with the policy on top', () => {
    expect(
      withDefaults(
        { circuitBreaker: { minimumCalls: 5, consecutiveFailures: 2 } },
        { circuitBreaker: { minimumCalls: 7 } },
      ),
    ).toEqual({ circuitBreaker: { minimumCalls: 7, consecutiveFailures: 2 } });
  });

  it('are taken in full also where one side is short', () => {
    expect(withDefaults({ timeout: '2s' }, { timeout: { attempt: 500 } })).toEqual({
      timeout: { total: '2s', attempt: 500 },
    });
    expect(withDefaults({ timeout: { attempt: 500 } }, { timeout: '2s' })).toEqual({
      timeout: { total: '2s', attempt: 500 },
    });
    expect(withDefaults({ retry: { maxRetryAfter: '1s' } }, { retry: 2 })).toEqual({
      retry: { attempts: 2, maxRetryAfter: '1s' },
    });
    expect(withDefaults({ bulkhead: { maxQueue: 3 } }, { bulkhead: 2 })).toEqual({
      bulkhead: { maxConcurrent: 2, maxQueue: 3 },
    });
    expect(withDefaults({ rateLimit: { limit: 1, burst: 3 } }, { rateLimit: 2 })).toEqual({
      rateLimit: { limit: 2, burst: 3 },
    });
  });

  it.each(['timeout', 'retry', 'bulkhead', 'rateLimit', 'circuitBreaker'] as const)(
    'switch %s off by false, and on again over a false',
    (name) => {
      const on = name === 'circuitBreaker' ? { minimumCalls: 5 } : 5;
      expect(withDefaults({ [name]: on }, { [name]: false })).toEqual({ [name]: false });
      expect(withDefaults({ [name]: false }, {})).toEqual({ [name]: false });
      expect(withDefaults({ [name]: false }, { [name]: on })).toEqual({ [name]: on });
    },
  );

  it('are the options where there are no defaults', () => {
    expect(withDefaults({}, { timeout: '2s' })).toEqual({ timeout: '2s' });
    expect(withDefaults({}, {})).toEqual({});
  });

  it('lie under what is undefined, as a whole and field by field', () => {
    const defaults = { retry: 5, timeout: { total: '2s', attempt: '1s' } } as const;
    expect(
      withDefaults(defaults, { retry: undefined, timeout: { total: '3s', attempt: undefined } } as never),
    ).toEqual({
      retry: 5,
      timeout: { total: '3s', attempt: '1s' },
    });
  });

  it('leave what is neither short nor long to the checks', () => {
    expect(withDefaults({ bulkhead: 3 }, { bulkhead: 'wide', retry: null } as never)).toEqual({
      bulkhead: 'wide',
      retry: null,
    });
  });
});
