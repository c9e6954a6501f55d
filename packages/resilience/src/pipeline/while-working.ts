import { type Execution, type Next } from './policy.js';

/**
 * Runs the rest of the pipeline and calls `release` once, when none of its work is left: also not the work of an
 * attempt that was given up and goes on nevertheless, because it does not listen to its signal. What limits how much
 * is done at once would otherwise let in more than its number.
 */
export async function whileWorking(execution: Execution, next: Next, release: () => void): Promise<unknown> {
  let working = 1;
  const end = () => {
    working -= 1;
    if (working === 0) release();
  };
  const onAbandoned = (work: Promise<unknown>) => {
    working += 1;
    work.then(end, end);
    execution.onAbandoned?.(work);
  };
  try {
    return await next({ ...execution, onAbandoned });
  } finally {
    end();
  }
}
