import { problemsOf } from '../../test/executions.js';
import { RETRY_BUDGET_DEFAULTS } from '../retry-budget/retry-budget.options.js';
import { POLICY_CHECKS, policyCheck, policySettings } from './policy.options.js';

describe('the options of a policy', () => {
  it.each(Object.keys(POLICY_CHECKS))('may switch %s off', (name) => {
    expect(problemsOf(policyCheck, { [name]: false })).toEqual([]);
    expect(policySettings({ [name]: false })).toEqual({});
    expect(policySettings({ [name]: undefined })).toEqual({});
  });

  it.each(Object.keys(POLICY_CHECKS))('are checked: %s', (name) => {
    expect(problemsOf(policyCheck, { [name]: 'yes' })).toEqual([expect.stringMatching(`^x\\.${name}: `)]);
  });

  it('may be left out, and are an object with known names', () => {
    expect(problemsOf(policyCheck, undefined)).toEqual([]);
    expect(problemsOf(policyCheck, 5)).toEqual(['x: Invalid value 5. Use an object.']);
    expect(problemsOf(policyCheck, { cache: {} })).toEqual([
      `x.cache: Unknown option. Known options: ${Object.keys(POLICY_CHECKS).join(', ')}.`,
    ]);
  });

  it('send who looks for a fallback to the method', () => {
    const advice = 'fallback: What it may answer depends on the method. Use @Fallback() on the method.';
    expect(problemsOf(policyCheck, { fallback: () => 1 })).toEqual([
      expect.stringMatching(/^x\.fallback: Unknown option\./),
      `x.${advice}`,
    ]);
    const problems: string[] = [];
    policyCheck({ fallback: undefined }, '', problems);
    expect(problems[1]).toBe(advice);
    expect(problemsOf(policyCheck, null)).toEqual(['x: Invalid value null. Use an object.']);
  });
});

describe('the settings of a policy', () => {
  it('are those of the policies that are on', () => {
    expect(Object.keys(policySettings({ timeout: { total: 2, attempt: 1 }, circuitBreaker: {} }))).toEqual([
      'totalTimeout',
      'attemptTimeout',
      'circuitBreaker',
    ]);
    expect(
      Object.keys(policySettings({ bulkhead: 2, rateLimit: 3, coalesce: {}, chaos: { fault: { rate: 1 } } })),
    ).toEqual(['bulkhead', 'rateLimit', 'coalesce', 'chaos']);
  });

  it.each([{ retry: 2 }, { hedge: {} }])('bound the load that %j adds', (options) => {
    expect(policySettings(options).retryBudget).toEqual(RETRY_BUDGET_DEFAULTS);
    expect(policySettings({ ...options, retryBudget: false })).not.toHaveProperty('retryBudget');
    expect(policySettings({ ...options, retryBudget: { ratio: 5 } }).retryBudget).toEqual({
      ...RETRY_BUDGET_DEFAULTS,
      ratio: 5,
    });
  });

  it('bound nothing where nothing is added', () => {
    expect(policySettings({ timeout: 1 })).not.toHaveProperty('retryBudget');
    expect(policySettings({ timeout: 1, retry: false })).not.toHaveProperty('retryBudget');
  });
});
