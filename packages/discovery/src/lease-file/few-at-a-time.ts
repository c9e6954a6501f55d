/** As many file operations as keep the system's threads busy, and few of the files that a process may have open. */
const AT_A_TIME = 16;

/**
 * Runs `work` on every item, on a few of them at the same time, and returns the results in the items' order. What one
 * throws is thrown when all have ended.
 */
export async function fewAtATime<T, R>(items: Iterable<T>, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const entries = [...items].entries();
  const worker = async () => {
    for (const [at, item] of entries) results[at] = await work(item);
  };
  const ends = await Promise.allSettled(Array.from({ length: AT_A_TIME }, worker));
  for (const end of ends) if (end.status === 'rejected') throw end.reason;
  return results;
}
