import { type StageSettings } from '../pipeline/stage-settings.js';

/** Something for each of a few stages: their settings, or the stages themselves. */
type ByStage = { readonly [Stage in keyof StageSettings]?: unknown };

/**
 * What a method declares itself, over what its named policy has. Timeouts are replaced both at once: one method's
 * attempt timeout under another's total would be a pair that nobody chose.
 */
export function overlay<T extends ByStage>(base: T, own: T): T {
  const { totalTimeout: _total, attemptTimeout: _attempt, ...withoutTimeouts } = base;
  const timed = own.totalTimeout !== undefined || own.attemptTimeout !== undefined;
  return { ...(timed ? withoutTimeouts : base), ...own } as T;
}
