import { bulkheadSettings } from '../bulkhead/bulkhead.options.js';
import { type BackoffOptions, type Duration } from '@rookery/common';
import {
  type CircuitBreakerOptions,
  circuitBreakerSettings,
} from '../circuit-breaker/circuit-breaker.options.js';
import { concurrencyLimitSettings } from '../concurrency-limit/concurrency-limit.options.js';
import { hedgeSettings } from '../hedge/hedge.options.js';
import { rateLimitSettings } from '../rate-limit/rate-limit.options.js';
import { retrySettings } from '../retry/retry.options.js';
import { timeoutSettings } from '../timeout/timeout.options.js';
import { misfits } from './misfits.js';
import { type PolicyOptions, policySettings } from './policy.options.js';

const breaker = (size: Duration) => ({
  circuitBreaker: circuitBreakerSettings({ slidingWindow: { type: 'time', size } }),
});
const slow = (options: CircuitBreakerOptions) => ({
  circuitBreaker: circuitBreakerSettings({ slowCallRateThreshold: 50, ...options }),
});
const retry = (given: Parameters<typeof retrySettings>[0]) => ({ retry: retrySettings(given) });
const pausing = (backoff: BackoffOptions) => retry({ attempts: 2, backoff });
const rateLimit = (maxWait: Duration) => ({ rateLimit: rateLimitSettings({ limit: 1, maxWait }) });
const bulkhead = (queueTimeout?: Duration) => ({
  bulkhead: bulkheadSettings({ maxQueue: 1, ...(queueTimeout !== undefined && { queueTimeout }) }),
});
const timeout = (options: Parameters<typeof timeoutSettings>[0]) => timeoutSettings(options);
const hedge = (delay: Parameters<typeof hedgeSettings>[0]['delay']) => ({
  hedge: hedgeSettings(delay === undefined ? {} : { delay }),
});

/** Each policy with its defaults, and limits as they are usual. */
const EVERYTHING: PolicyOptions = {
  timeout: { total: '10s', attempt: '2s' },
  retry: {},
  retryBudget: {},
  adaptiveThrottle: {},
  rateLimit: 10,
  bulkhead: {},
  concurrencyLimit: {},
  circuitBreaker: {},
  hedge: {},
  coalesce: {},
};

describe('policies that do not work together', () => {
  it.each([
    ['nothing', {}],
    ['a window of two attempts', { ...breaker('2s'), ...timeout({ attempt: '1s' }) }],
    ['a short window without an attempt timeout', { ...breaker('1s'), ...timeout('2s') }],
    ['an attempt timeout without a breaker', timeout({ attempt: '1s' })],
    [
      'a window of calls',
      {
        circuitBreaker: circuitBreakerSettings({ slidingWindow: { type: 'count', size: 20 } }),
        ...timeout({ attempt: '60s' }),
      },
    ],
    ['a hedge before the timeout', { ...hedge('999ms'), ...timeout('1s') }],
    ['a hedge without a timeout', hedge('1h')],
    ['a learned delay without a first one', { ...hedge({}), ...timeout(1) }],
    ['a default hedge', { ...hedge(undefined), ...timeout(1) }],
    ['a slow call that a timeout lets be', { ...slow({ slowCallDuration: '999ms' }), ...timeout('1s') }],
    ['a slow call without a timeout', slow({})],
    ['a slow call that nobody asks for', { ...slow({ slowCallRateThreshold: false }), ...timeout('1s') }],
    ['a slow call whose work is waited for', { ...slow({}), ...timeout({ total: 9, mode: 'cooperative' }) }],
    ['trials as long as an attempt', { ...breaker('2m'), ...timeout({ attempt: '60s' }) }],
    ['trials shorter than all attempts together', { ...breaker('30s'), ...timeout('61s') }],
    ['a pause before the timeout', { ...pausing({ delay: 999, jitter: 'none' }), ...timeout('1s') }],
    ['half a pause before the timeout', { ...pausing({ delay: 1_999, jitter: 'equal' }), ...timeout('1s') }],
    ['a pause of any length', { ...pausing({ delay: '30s' }), ...timeout(1) }],
    ['a pause of any length, too', { ...pausing({ delay: '30s', jitter: 'decorrelated' }), ...timeout(1) }],
    ['a pause without a timeout', pausing({ delay: '30s', jitter: 'none' })],
    [
      'a pause after each attempt',
      { ...pausing({ delay: 50, jitter: 'none' }), ...timeout({ attempt: 50 }) },
    ],
    [
      'the pause of no retry',
      { ...retry({ attempts: 1, backoff: { delay: 5, jitter: 'none' } }), ...timeout(5) },
    ],
    ['a wait for a rate', { ...rateLimit(999), ...timeout('1s') }],
    ['a wait for a rate without a total', { ...rateLimit('1h'), ...timeout({ attempt: '1s' }) }],
    ['a wait in a queue', { ...bulkhead(999), ...timeout('1s') }],
    ['a wait in a queue as long as it takes', { ...bulkhead(), ...timeout('1s') }],
    ['a wait in a queue without a total', { ...bulkhead('1h'), ...timeout({ attempt: '1s' }) }],
    ['all defaults', policySettings(EVERYTHING)],
  ])('are not: %s', (_name, settings) => {
    expect(misfits(settings)).toEqual([]);
  });

  it('are a window and attempts that time out', () => {
    expect(misfits({ ...breaker('1999ms'), ...timeout({ attempt: '1s' }) })).toEqual([
      'circuitBreaker.slidingWindow of 1999 ms is too short for timeout.attempt of 1000 ms: ' +
        'attempts that time out would leave the window before others join them. Use a window of at least 2000 ms.',
    ]);
  });

  it.each<[string, Parameters<typeof hedge>[0], Parameters<typeof timeout>[0], string]>([
    ['hedge.delay', '1s', '1s', 'total'],
    ['hedge.delay', 1_000, { attempt: '1s' }, 'attempt'],
    ['hedge.delay', 1_000, { total: '2s', attempt: '1s' }, 'attempt'],
    ['hedge.delay', '1s', { total: '1s', attempt: '500ms' }, 'total'],
    ['hedge.delay.initialDelay', { initialDelay: '1s' }, '1s', 'total'],
  ])('are a hedge that comes too late: %s of %j with %j', (option, delay, limits, scope) => {
    expect(misfits({ ...hedge(delay), ...timeout(limits) })).toEqual([
      `${option} of 1000 ms is no shorter than timeout.${scope} of 1000 ms, ` +
        'so no attempt would ever be joined by another. Use a delay well below 1000 ms.',
    ]);
  });

  it.each([
    [timeout('60s'), 'total of 60000'],
    [timeout({ total: '2m', attempt: '1s' }), 'attempt of 1000'],
  ])('are calls that time out before they are slow: %#', (limits, limit) => {
    expect(misfits({ ...slow({}), ...limits })).toEqual([
      `circuitBreaker.slowCallDuration of 60000 ms is no shorter than timeout.${limit} ms, which ends every call before ` +
        'it is slow, so slowCallRateThreshold would never be reached. ' +
        `Use a duration well below ${limit.replace(/\D+/, '')} ms.`,
    ]);
  });

  it('are trials that end before the attempts do', () => {
    const circuitBreaker = circuitBreakerSettings({ maxHalfOpenDuration: 999 });
    expect(misfits({ circuitBreaker, ...timeout({ attempt: '1s' }) })).toEqual([
      'circuitBreaker.maxHalfOpenDuration of 999 ms is shorter than timeout.attempt of 1000 ms: ' +
        'trial calls that are still in time would count as failed. Use at least 1000 ms.',
    ]);
  });

  it.each<BackoffOptions>([
    { delay: '1s', jitter: 'none' },
    { delay: '2s', jitter: 'equal' },
  ])('are a retry that no call has the time for: %j', (backoff) => {
    expect(misfits({ ...pausing(backoff), ...timeout('1s') })).toEqual([
      'retry.backoff makes a first pause of at least 1000 ms, no shorter than timeout.total of 1000 ms, ' +
        'so no call would ever be tried again. Use a backoff.delay well below 1000 ms.',
    ]);
  });

  it.each([
    ['rateLimit.maxWait', rateLimit('1s')],
    ['bulkhead.queueTimeout', bulkhead('1s')],
  ])('are a wait that a timeout always ends: %s', (option, settings) => {
    expect(misfits({ ...settings, ...timeout('1s') })).toEqual([
      `${option} of 1000 ms is no shorter than timeout.total of 1000 ms, so it does nothing: no call waits that long. ` +
        'Use a time well below 1000 ms.',
    ]);
  });

  it('are a wait in a queue that has no place', () => {
    expect(misfits({ bulkhead: bulkheadSettings({ queueTimeout: '1s' }) })).toEqual([
      'bulkhead.queueTimeout of 1000 ms does nothing with bulkhead.maxQueue of 0: no call waits. ' +
        'Give it a maxQueue, or leave queueTimeout out.',
    ]);
    expect(misfits({ bulkhead: bulkheadSettings({ queueTimeout: '1s', maxQueue: 1 }) })).toEqual([]);
    expect(misfits({ bulkhead: bulkheadSettings({}) })).toEqual([]);
  });

  it('are a bulkhead in front of a limit that wants more', () => {
    const bounded = (maxConcurrent: number) => ({
      bulkhead: bulkheadSettings({ maxConcurrent }),
      concurrencyLimit: concurrencyLimitSettings({ min: 5 }),
    });
    expect(misfits(bounded(5))).toEqual([]);
    expect(misfits(bounded(4))).toEqual([
      'bulkhead.maxConcurrent of 4 is less than concurrencyLimit.min of 5, ' +
        'so the limit would never do anything. Raise the one, lower the other, or keep only one of the two policies.',
    ]);
  });

  it('are reported together', () => {
    expect(misfits({ ...breaker('1s'), ...hedge('5s'), ...timeout({ attempt: '1s' }) })).toHaveLength(2);
  });
});
