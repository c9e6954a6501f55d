import { bulkheadSettings } from '../bulkhead/bulkhead.options.js';
import { type Duration } from '@rookery/common';
import { circuitBreakerSettings } from '../circuit-breaker/circuit-breaker.options.js';
import { concurrencyLimitSettings } from '../concurrency-limit/concurrency-limit.options.js';
import { hedgeSettings } from '../hedge/hedge.options.js';
import { timeoutSettings } from '../timeout/timeout.options.js';
import { misfits } from './misfits.js';

const breaker = (size: Duration) => ({
  circuitBreaker: circuitBreakerSettings({ slidingWindow: { type: 'time', size } }),
});
const timeout = (options: Parameters<typeof timeoutSettings>[0]) => timeoutSettings(options);
const hedge = (delay: Parameters<typeof hedgeSettings>[0]['delay']) => ({
  hedge: hedgeSettings(delay === undefined ? {} : { delay }),
});

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
