import { problemsOf } from '../../test/executions.js';
import { CHAOS_DEFAULTS, chaosCheck, chaosSettings } from './chaos.options.js';

const problems = (value: unknown) => problemsOf(chaosCheck, value);
const fault = { rate: 5 };
const make = () => 1;

function inEnvironment<T>(name: string | undefined, work: () => T): T {
  const before = process.env['NODE_ENV'];
  if (name === undefined) delete process.env['NODE_ENV'];
  else process.env['NODE_ENV'] = name;
  try {
    return work();
  } finally {
    process.env['NODE_ENV'] = before;
  }
}

describe('the options of chaos', () => {
  it.each([
    [{ fault }],
    [{ fault: { rate: 0, error: make }, enabled: false }],
    [{ latency: { rate: 100, delay: '1s' }, enabled: make }],
    [{ outcome: { rate: 0.5, result: make }, enabled: true, force: false }],
  ])('may be %p', (options) => {
    expect(problems(options)).toEqual([]);
  });

  const rate = 'Use a number from 0 to 100.';
  it.each<[unknown, string[]]>([
    [1, ['x: Invalid value 1. Use an object.']],
    [{}, ['x: It disturbs nothing. Give latency, fault or outcome.']],
    [{ enabled: true }, ['x: It disturbs nothing. Give latency, fault or outcome.']],
    [{ fault: {} }, ['x.fault.rate: Missing.']],
    [{ fault: { rate: -1 } }, [`x.fault.rate: Invalid value -1. ${rate}`]],
    [{ fault: { rate: 101 } }, [`x.fault.rate: Invalid value 101. ${rate}`]],
    [{ fault: { rate: 5, error: 'no' } }, ['x.fault.error: Invalid value "no". Use a function.']],
    [{ fault: { rate: 5, code: 1 } }, ['x.fault.code: Unknown option. Known options: rate, error.']],
    [{ latency: {} }, ['x.latency.rate: Missing.', 'x.latency.delay: Missing.']],
    [
      { latency: { rate: 5, delay: 0 } },
      ['x.latency.delay: Invalid value 0. Use milliseconds or a duration such as "1.5s", at least 1 ms.'],
    ],
    [{ outcome: { result: make } }, ['x.outcome.rate: Missing.']],
    [{ outcome: { rate: 5 } }, ['x.outcome.result: Missing.']],
    [{ outcome: { rate: 5, result: 1 } }, ['x.outcome.result: Invalid value 1. Use a function.']],
    [{ fault, enabled: 1 }, ['x.enabled: Invalid value 1. Use true or false.']],
    [{ fault, force: 1 }, ['x.force: Invalid value 1. Use true or false.']],
    [
      { faults: 1, fault },
      ['x.faults: Unknown option. Known options: latency, fault, outcome, enabled, force.'],
    ],
  ])('may not be %j', (options, expected) => {
    expect(problems(options)).toEqual(expected);
  });

  const refusal =
    'x: NODE_ENV is production, where calls are not to be disturbed by mistake. Leave it out there, or set force: true.';
  it.each<[string | undefined, object, string[]]>([
    ['production', { fault }, [refusal]],
    ['production', { fault, enabled: false }, [refusal]],
    ['production', { fault, force: false }, [refusal]],
    ['production', { fault, force: true }, []],
    ['staging', { fault }, []],
    [undefined, { fault }, []],
  ])('where NODE_ENV is %p, may be %p: %p', (environment, options, expected) => {
    expect(inEnvironment(environment, () => problems(options))).toEqual(expected);
  });

  it('are nothing where they are left out', () => {
    expect(inEnvironment('production', () => problems(undefined))).toEqual([]);
    expect(problems(null)).toEqual(['x: Invalid value null. Use an object.']);
  });

  it('have the defaults that they document', () => {
    expect(CHAOS_DEFAULTS).toEqual({ enabled: true, force: false });
    expect(chaosSettings({ fault })).toEqual({
      latency: undefined,
      fault,
      outcome: undefined,
      enabled: true,
    });
  });

  it('are taken over as they are given', () => {
    const outcome = { rate: 1, result: make };
    expect(
      chaosSettings({ latency: { rate: 2, delay: '1s' }, outcome, enabled: make as () => never }),
    ).toEqual({
      latency: { rate: 2, delayMs: 1_000 },
      fault: undefined,
      outcome,
      enabled: make,
    });
  });
});
