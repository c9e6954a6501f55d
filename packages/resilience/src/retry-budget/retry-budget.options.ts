import { type Check, is, shape } from '@rookery/common';
import { percentage } from '../pipeline/percentage.js';

/** How much retries and hedges together may add to the load. */
export interface RetryBudgetOptions {
  /** Retries for each hundred calls, in percent: 20 for 20 %; 0 leaves the floor alone. Counted over the last 10 s. Default 20. */
  ratio?: number;
  /** Retries a second that are always there, for the times when there are few calls. Default 3. */
  minPerSecond?: number;
}

/** The options with their defaults filled in. */
export interface RetryBudgetSettings {
  readonly ratio: number;
  readonly minPerSecond: number;
}

/**
 * 20 percent is what Finagle, Envoy, Linkerd and failsafe-go allow. The floor is lower than Finagle's 10 a second, because
 * every hop of a chain has one: with 3, up to 15 calls in ten seconds get both of their retries and never notice the
 * budget, and at 100 calls a second the floor is 3 percent.
 */
export const RETRY_BUDGET_DEFAULTS = {
  ratio: 20,
  minPerSecond: 3,
} as const satisfies Required<RetryBudgetOptions>;

const fields = shape<RetryBudgetOptions>({
  ratio: percentage(100),
  minPerSecond: is.numberBetween(0, 1_000),
});

export const retryBudgetCheck: Check = (value, path, problems) => {
  fields(value, path, problems);
  const { ratio, minPerSecond = RETRY_BUDGET_DEFAULTS.minPerSecond } = (value ?? {}) as RetryBudgetOptions;
  // Less than one in the ten seconds that are counted.
  if (ratio !== 0 || minPerSecond >= 0.1) return;
  problems.push(
    `${path}: It allows no retry at all. Raise ratio or minPerSecond, or switch off retry and hedge.`,
  );
};

/** The settings of checked options. */
export function retryBudgetSettings(options: RetryBudgetOptions): RetryBudgetSettings {
  return {
    ratio: options.ratio ?? RETRY_BUDGET_DEFAULTS.ratio,
    minPerSecond: options.minPerSecond ?? RETRY_BUDGET_DEFAULTS.minPerSecond,
  };
}
