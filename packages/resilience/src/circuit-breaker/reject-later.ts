const NOW = Promise.resolve();

/**
 * A promise that rejects once its caller has had the time to listen. One that is rejected before anybody listens makes
 * Node note it as unhandled and take that back, which is more than half of what a rejection costs. Who awaits it at once
 * listens before the next microtask.
 */
export function rejectLater(error: Error): Promise<never> {
  // oxlint-disable-next-line promise/no-promise-in-callback -- what is waited for is the microtask
  return new Promise((_resolve, reject) => void NOW.then(() => reject(error)));
}
