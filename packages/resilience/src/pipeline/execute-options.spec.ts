import { jest } from '@jest/globals';
import { bench, succeed, wrong } from '../../test/support.js';
import { executeMisuse } from './execute-options.js';

const { signal } = new AbortController();
const messageOf = (call: unknown, options?: unknown) => executeMisuse('users', call, options)?.message;
const start = 'Policy "users": execute() cannot work with what it was given. ';

describe('what execute is given', () => {
  it.each([
    undefined,
    {},
    { signal, timeout: 100, key: '', priority: 'high', idempotent: false },
    { timeout: '1.5s', retryIf: () => true, recordIf: () => true, onRetry: () => {} },
    { timeout: 0, respectRetryAfter: () => false, signal: undefined },
    { signal: { aborted: false, addEventListener() {}, removeEventListener() {} } },
  ])('may be %p', (options) => {
    expect(executeMisuse('users', succeed, options)).toBeUndefined();
  });

  it.each<[unknown, string]>([
    [{ timeout: '5' }, 'timeout: Invalid value "5". Use milliseconds or a duration such as "1.5s".'],
    [{ timeout: -1 }, 'timeout: Invalid value -1. Use milliseconds or a duration such as "1.5s".'],
    [{ timeout: Number.NaN }, 'timeout: Invalid value NaN. Use milliseconds or a duration such as "1.5s".'],
    [
      { signal: new AbortController() },
      'signal: Invalid value an object. Use an AbortSignal, such as the `signal` of an AbortController.',
    ],
    [{ signal: { aborted: 1, addEventListener() {} } }, 'signal: Invalid value an object.'],
    [{ signal: { aborted: false, addEventListener: true } }, 'signal: Invalid value an object.'],
    [{ signal: { addEventListener() {} } }, 'signal: Invalid value an object.'],
    [{ signal: { aborted: false } }, 'signal: Invalid value an object.'],
    [{ signal: null }, 'signal: Invalid value null.'],
    [{ signal: 'now' }, 'signal: Invalid value "now".'],
    [{ retryIf: true }, 'retryIf: Invalid value true. Use a function.'],
    [{ respectRetryAfter: false }, 'respectRetryAfter: Invalid value false. Use a function.'],
    [{ recordIf: true }, 'recordIf: Invalid value true. Use a function.'],
    [{ onRetry: 'log' }, 'onRetry: Invalid value "log". Use a function.'],
    [{ idempotent: 'no' }, 'idempotent: Invalid value "no". Use true or false.'],
    [{ key: 7 }, 'key: Invalid value 7. Use a text.'],
    [{ priority: 'urgent' }, `priority: Invalid value "urgent". Use 'low' or 'normal'`],
    [{ timout: 5 }, 'timout: Unknown option. Known options: signal, retryIf,'],
    [null, 'Invalid value null. Use an object.'],
    [5, 'Invalid value 5. Use an object.'],
  ])('is refused as %p', (options, problem) => {
    expect(messageOf(succeed, options)?.startsWith(start + problem)).toBe(true);
  });

  it('is refused when the call is no function, with all that is wrong in one message', () => {
    const problem =
      'The call is no function. Hand in what starts it, as in `execute(() => fetch(url))`, ' +
      'not the promise of one that is under way.';
    expect(messageOf(Promise.resolve())).toBe(start + problem);
    expect(messageOf(undefined, {})).toBe(start + problem);
    expect(messageOf('find', { idempotent: 1 })).toBe(
      `${start + problem} idempotent: Invalid value 1. Use true or false.`,
    );
  });

  it('rejects with a TypeError before any policy sees the call', async () => {
    const { define, registry, events } = bench();
    const users = define({
      retry: 3,
      timeout: '1s',
      circuitBreaker: { consecutiveFailures: 1 },
      bulkhead: 1,
    });
    const call = jest.fn(succeed);
    await expect(users.execute(call, wrong({ timeout: 'soon' }))).rejects.toThrow(TypeError);
    await expect(users.execute(wrong(undefined))).rejects.toThrow(TypeError);
    expect(call).not.toHaveBeenCalled();
    expect([registry.admin.get('users').calls, events]).toEqual([0, []]);
  });

  it.each(['300ms', 300] as const)('limits the call by a timeout of %p', async (timeout) => {
    const { define, clock } = bench();
    const result = define({}).execute(() => new Promise(() => {}), { timeout });
    const outcome = expect(result).rejects.toMatchObject({ code: 'TIMEOUT', timeoutMs: 300 });
    await clock.advance(300);
    await outcome;
  });
});
