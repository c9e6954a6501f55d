import { problemsOf } from '../../test/executions.js';
import { asTimeoutOptions, timeoutCheck, timeoutSettings } from './timeout.options.js';

const duration = (path: string, value: string) =>
  `${path}: Invalid value ${value}. Use milliseconds or a duration such as "1.5s", at least 1 ms.`;

describe('timeout options', () => {
  it.each([1, '1ms', '1.5s', { total: 1 }, { attempt: '2s' }, { total: '2s', attempt: '2s' }, undefined])(
    'accept %j',
    (value) => {
      expect(problemsOf(timeoutCheck, value)).toEqual([]);
    },
  );

  it.each(['race', 'cooperative'])('accept the mode %s', (mode) => {
    expect(problemsOf(timeoutCheck, { total: 1, mode })).toEqual([]);
  });

  it.each<[unknown, string[]]>([
    [0, [duration('x', '0')]],
    ['soon', [duration('x', '"soon"')]],
    [null, [duration('x', 'null')]],
    [{ total: 0.5 }, [duration('x.total', '0.5')]],
    [{ attempt: 'soon' }, [duration('x.attempt', '"soon"')]],
    [{}, ['x: Empty. Give total, attempt, or both.']],
    [{ mode: 'race' }, ['x: Empty. Give total, attempt, or both.']],
    [{ total: 1, mode: 'wait' }, ["x.mode: Invalid value \"wait\". Use 'race' or 'cooperative'."]],
    [{ total: 1, all: 1 }, ['x.all: Unknown option. Known options: total, attempt, mode.']],
    [
      { total: '1s', attempt: 1_001 },
      ['x.attempt: 1001 is longer than total, 1s, so it never ends an attempt. Use at most the total.'],
    ],
    // What is no duration is reported as that alone.
    [{ total: 'soon', attempt: 1 }, [duration('x.total', '"soon"')]],
    [{ total: 1, attempt: 'soon' }, [duration('x.attempt', '"soon"')]],
  ])('refuse %j', (value, problems) => {
    expect(problemsOf(timeoutCheck, value)).toEqual(problems);
  });

  it('make one limit of a duration, and one of each field', () => {
    const total = { scope: 'total', limitMs: 2_000, mode: 'race' };
    expect(timeoutSettings('2s')).toEqual({ totalTimeout: total });
    expect(timeoutSettings({ total: '2s' })).toEqual({ totalTimeout: total });
    expect(timeoutSettings({ attempt: 50, mode: 'cooperative' })).toEqual({
      attemptTimeout: { scope: 'attempt', limitMs: 50, mode: 'cooperative' },
    });
    expect(timeoutSettings({ total: '2s', attempt: 50 })).toEqual({
      totalTimeout: total,
      attemptTimeout: { scope: 'attempt', limitMs: 50, mode: 'race' },
    });
  });

  it('have a long form', () => {
    expect(asTimeoutOptions(5)).toEqual({ total: 5 });
    expect(asTimeoutOptions({ attempt: 5 })).toEqual({ attempt: 5 });
  });
});
