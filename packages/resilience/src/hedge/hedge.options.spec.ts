import { problemsOf } from '../../test/executions.js';
import { HEDGE_DEFAULTS, hedgeCheck, hedgeSettings } from './hedge.options.js';
import { HEDGE_QUANTILE_DEFAULTS } from './hedge-delay.options.js';

const yes = () => true;
const problems = (value: unknown) => problemsOf(hedgeCheck, value);

describe('the options of a hedge', () => {
  it.each([
    [{}],
    [{ delay: 1 }],
    [{ delay: '50ms', attempts: 2 }],
    [{ delay: {}, attempts: 10, hedgeIf: yes, hedgeIfResult: yes }],
    [{ delay: { quantile: 0.5, minimumCalls: 1, window: 1_000, initialDelay: 1 } }],
    [{ delay: { quantile: 0.999 } }],
  ])('may be %p', (options) => {
    expect(problems(options)).toEqual([]);
  });

  const delay = 'Use milliseconds or a duration such as "1.5s", at least 1 ms.';
  it.each<[unknown, string[]]>([
    [5, ['x: Invalid value 5. Use an object.']],
    [{ delay: 0 }, [`x.delay: Invalid value 0. ${delay}`]],
    [{ delay: 'soon' }, [`x.delay: Invalid value "soon". ${delay}`]],
    [{ delay: { initialDelay: 0 } }, [`x.delay.initialDelay: Invalid value 0. ${delay}`]],
    [
      { delay: { window: 999 } },
      ['x.delay.window: Invalid value 999. Use milliseconds or a duration such as "1.5s", at least 1000 ms.'],
    ],
    [
      { delay: { quantile: 0.49 } },
      ['x.delay.quantile: Invalid value 0.49. Use a number from 0.5 to 0.999.'],
    ],
    [{ delay: { quantile: 1 } }, ['x.delay.quantile: Invalid value 1. Use a number from 0.5 to 0.999.']],
    [
      { delay: { minimumCalls: 0 } },
      ['x.delay.minimumCalls: Invalid value 0. Use a whole number of at least 1.'],
    ],
    [
      { delay: { percentile: 95 } },
      ['x.delay.percentile: Unknown option. Known options: quantile, minimumCalls, window, initialDelay.'],
    ],
    [{ attempts: 1 }, ['x.attempts: Invalid value 1. Use a whole number from 2 to 10.']],
    [{ attempts: 11 }, ['x.attempts: Invalid value 11. Use a whole number from 2 to 10.']],
    [{ hedgeIf: true }, ['x.hedgeIf: Invalid value true. Use a function.']],
    [{ hedgeIfResult: 1 }, ['x.hedgeIfResult: Invalid value 1. Use a function.']],
    [{ delays: 1 }, ['x.delays: Unknown option. Known options: delay, attempts, hedgeIf, hedgeIfResult.']],
  ])('may not be %j', (options, expected) => {
    expect(problems(options)).toEqual(expected);
  });

  it('have the defaults that they document', () => {
    expect(HEDGE_DEFAULTS).toEqual({ delay: { quantile: 0.95 }, attempts: 2 });
    expect(HEDGE_QUANTILE_DEFAULTS).toEqual({ quantile: 0.95, window: '60s' });
    expect(hedgeSettings({})).toEqual({
      delay: { type: 'quantile', quantile: 0.95, minimumCalls: 20, windowMs: 60_000, initialMs: undefined },
      attempts: 2,
      hedgeIf: undefined,
      hedgeIfResult: undefined,
    });
  });

  it('are taken over as they are given', () => {
    const hedgeIf = () => false;
    expect(
      hedgeSettings({
        delay: { quantile: 0.9, minimumCalls: 3, window: '2m', initialDelay: '1s' },
        attempts: 4,
        hedgeIf,
        hedgeIfResult: yes,
      }),
    ).toEqual({
      delay: { type: 'quantile', quantile: 0.9, minimumCalls: 3, windowMs: 120_000, initialMs: 1_000 },
      attempts: 4,
      hedgeIf,
      hedgeIfResult: yes,
    });
    expect(hedgeSettings({ delay: '1.5s' }).delay).toEqual({ type: 'fixed', ms: 1_500 });
  });

  it.each([
    [0.5, 2],
    [0.75, 4],
    [0.9, 10],
    [0.95, 20],
    [0.99, 100],
    [0.999, 1_000],
    [0.97, 34],
  ])('ask for as many calls as the quantile %p needs to have one above it: %p', (quantile, minimumCalls) => {
    expect(hedgeSettings({ delay: { quantile } }).delay).toMatchObject({ minimumCalls });
  });
});
