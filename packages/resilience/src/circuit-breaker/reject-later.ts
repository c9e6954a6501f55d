/**
 * A promise that rejects once its caller has had the time to listen. One that is rejected before anybody listens makes
 * Node note it as unhandled and take that back, which is more than half of what a rejection costs. The caller's `async`
 * function listens a microtask after it has returned, so the second one is early enough.
 */
export function rejectLater(error: Error): Promise<never> {
  return new Promise((_resolve, reject) => queueMicrotask(() => queueMicrotask(() => reject(error))));
}
