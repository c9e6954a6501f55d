import { type StageSettings } from '../pipeline/stage-settings.js';

/** Something for each of a few stages: their settings, or the stages themselves. */
type ByStage = { readonly [Stage in keyof StageSettings]?: unknown };

/**
 * What a method declares itself, over what its named policy has. Timeouts are replaced both at once: one method's
 * attempt timeout under another's total would be a pair that nobody chose.
 *
 * @param ownBudget Whether the method says itself what bounds its retries; `false` also where it only took the default.
 */
export function overlay<T extends ByStage>(base: T, own: T, ownBudget: boolean): T {
  const { totalTimeout: _total, attemptTimeout: _attempt, ...withoutTimeouts } = base;
  const timed = own.totalTimeout !== undefined || own.attemptTimeout !== undefined;
  const all: ByStage = { ...(timed ? withoutTimeouts : base), ...own };
  const { retryBudget: _budget, ...withoutBudget } = all;
  const budget = ownBudget || !decidesOnBudget(base) ? own.retryBudget : base.retryBudget;
  return (budget === undefined ? withoutBudget : { ...withoutBudget, retryBudget: budget }) as T;
}

/** A policy without retries has nothing to bound, and one with retries and no budget had it switched off. */
function decidesOnBudget(base: ByStage): boolean {
  return ['retryBudget', 'retry', 'hedge'].some((stage) => stage in base);
}
