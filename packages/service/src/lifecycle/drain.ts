import { type Clock, within } from '@rookery/common';
import { type Intake } from './intake.js';

/**
 * Closes all intakes side by side and lets them finish what they have, for at most `timeoutMs` milliseconds. Returns how
 * many requests were cut off then, by what they are.
 */
export async function drain(
  intakes: readonly Intake[],
  timeoutMs: number,
  clock: Clock,
): Promise<Record<string, number>> {
  await within(clock, timeoutMs, () => Promise.all(intakes.map((intake) => intake.drain()))).catch(
    () => undefined,
  );
  const cut: Record<string, number> = {};
  for (const intake of intakes) {
    const count = intake.cut();
    if (count > 0) cut[intake.what] = (cut[intake.what] ?? 0) + count;
  }
  return cut;
}
