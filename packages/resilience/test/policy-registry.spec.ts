import {
  PolicyConflictError,
  PolicyRegistry,
  type PolicyOptions,
  UnknownPolicyError,
} from '@rookery/resilience';
import { bench, deferred, ended, fail, wrong } from './support.js';

describe('a pipeline inside of another', () => {
  it('is its call: what it turns away is neither tried again nor recorded', async () => {
    const { registry, define } = bench();
    const inner = registry.define('search', { circuitBreaker: { consecutiveFailures: 1 } });
    const outer = define({ retry: 3, circuitBreaker: { consecutiveFailures: 1 } });
    await ended(inner.execute(fail));
    let asked = 0;
    const result = outer.execute(() => ((asked += 1), inner.execute(fail)));
    await expect(result).rejects.toMatchObject({ code: 'CIRCUIT_OPEN', policy: 'search' });
    expect([asked, registry.state('users')]).toEqual([1, 'closed']);
  });

  it('is under its time limit and its signal', async () => {
    const { clock, registry, define } = bench();
    const inner = registry.define('search', {});
    const outer = define({ timeout: 100 });
    const seen = deferred<AbortSignal>();
    const result = ended(
      outer.execute(() =>
        inner.execute(({ signal }) => {
          seen.resolve(signal);
          return new Promise(() => {});
        }),
      ),
    );
    const signal = await seen.promise;
    await clock.advance(100);
    await expect(result).resolves.toMatchObject({ code: 'TIMEOUT', policy: 'users' });
    expect(signal.aborted).toBe(true);
  });
});

describe('policy registry', () => {
  it('gives the same pipeline for the same name and equal settings, however they are written', () => {
    const registry = new PolicyRegistry();
    const one = registry.define('users', { timeout: '2s', retry: 3, circuitBreaker: {} });
    const two = registry.define('users', {
      timeout: { total: 2_000 },
      retry: { attempts: 3 },
      circuitBreaker: { openDuration: '1m' },
    });
    expect(two).toBe(one);
    expect(registry.pipeline('users')).toBe(one);
  });

  it.each<PolicyOptions>([
    { timeout: '3s', retry: 3 },
    { timeout: '2s', retry: 4 },
    { timeout: '2s', retry: { attempts: 3, retryIf: () => true } },
    { timeout: '2s' },
    { timeout: '2s', retry: 3, circuitBreaker: {} },
  ])('refuses other settings under the same name: %j', (other) => {
    const registry = new PolicyRegistry();
    registry.define('users', { timeout: '2s', retry: 3 });
    expect(() => registry.define('users', other)).toThrow(PolicyConflictError);
  });

  it('knows its policies, and lists them when asked for another', () => {
    const registry = new PolicyRegistry();
    expect(() => registry.pipeline('a')).toThrow('No policy is defined');
    registry.define('users', {});
    registry.define('orders', {});
    expect([registry.has('users'), registry.has('a')]).toEqual([true, false]);
    expect(() => registry.pipeline('a')).toThrow(UnknownPolicyError);
    expect(() => registry.pipeline('a')).toThrow('Unknown policy "a". Known policies: users, orders.');
  });

  it('shows the state of each circuit', async () => {
    const { registry, define } = bench();
    const users = define({ circuitBreaker: { consecutiveFailures: 1 } });
    registry.define('plain', { retry: 2 });
    await ended(users.execute(fail));
    expect(registry.list()).toEqual([
      { name: 'users', state: 'open' },
      { name: 'plain', state: undefined },
    ]);
  });

  it.each<[object, string]>([
    [{ timeout: 0 }, 'timeout: Invalid value 0. Use milliseconds'],
    [{ timeout: {} }, 'timeout: Empty.'],
    [{ timeout: { total: '1s', attempt: '2s' } }, 'timeout.attempt: 2s is longer than total, 1s'],
    [{ retry: 0 }, 'retry: Invalid value 0.'],
    [{ retry: { attempts: 1.5 } }, 'retry.attempts: Invalid value 1.5.'],
    [{ retry: { backoff: { jitter: 'some' } } }, 'retry.backoff.jitter: Invalid value "some".'],
    [{ circuitBreaker: true }, 'circuitBreaker: Invalid value true.'],
    [
      { circuitBreaker: { failureRateThreshold: 0 } },
      'circuitBreaker.failureRateThreshold: Invalid value 0.',
    ],
    [
      { circuitBreaker: { consecutiveFailures: false, failureRateThreshold: false } },
      'circuitBreaker: Nothing opens it.',
    ],
    [
      { circuitBreaker: { slidingWindow: { type: 'count', size: 5 } } },
      'circuitBreaker.minimumCalls: A window of 5 calls never holds 10.',
    ],
    [
      { circuitBreaker: { slidingWindow: { type: 'count', size: '10s' } } },
      'circuitBreaker.slidingWindow.size: Invalid value "10s". Use a whole number',
    ],
    [
      { circuitBreaker: { slidingWindow: { type: 'sliding', size: 5 } } },
      'circuitBreaker.slidingWindow.type: Invalid value "sliding".',
    ],
    [{ timeot: 5 }, 'timeot: Unknown option.'],
    [[], 'Invalid value a list. Use an object.'],
    [wrong(null as never), 'Invalid value null. Use an object.'],
    [wrong(undefined), 'Missing. Give the policy its options, or {} for one that does nothing.'],
  ])('refuses %j by path', (options, message) => {
    const define = () => new PolicyRegistry().define('users', options);
    expect(define).toThrow(`PolicyRegistry.define("users"): ${message}`);
    const registry = new PolicyRegistry();
    registry.define('users', {});
    const reconfigure = () => registry.reconfigure('users', options);
    expect(reconfigure).toThrow(`PolicyRegistry.reconfigure("users"): ${message}`);
  });

  it.each([
    ['', 'The name of a policy: Invalid value "". Use a text that is not empty.'],
    [undefined, 'The name of a policy: Missing.'],
    [7, 'The name of a policy: Invalid value 7.'],
  ])('asks for a name: %p', (name, message) => {
    const define = () => new PolicyRegistry().define(name as never, {}, { source: 'AppModule' });
    expect(define).toThrow(`AppModule: ${message}`);
  });
});
