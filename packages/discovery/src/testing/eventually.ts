/** How many times a condition is looked at before it counts as not met. */
const LOOKS = 400;

/**
 * Waits for a condition that others bring about: lets a little time go by between two looks, and fails with the last
 * reason after a bounded number of them.
 */
export async function eventually<T>(
  elapse: (ms: number) => Promise<void>,
  look: () => T | Promise<T>,
  stepMs = 25,
): Promise<T> {
  for (let looks = 1; ; looks += 1) {
    try {
      return await look();
    } catch (error) {
      if (looks === LOOKS) throw error;
      await elapse(stepMs);
    }
  }
}
