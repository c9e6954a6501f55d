import { AsyncLocalStorage } from 'node:async_hooks';
import dns from 'node:dns';
import { Socket } from 'node:net';

interface Tally {
  contacts: number;
}

const running = new AsyncLocalStorage<Tally>();

/**
 * Runs `work` and counts how often it, and what it sets going, begins a connection or looks a name up. What else the process
 * does meanwhile is not counted.
 */
export async function contactsOf<T>(work: () => Promise<T>): Promise<{ result: T; contacts: number }> {
  const own: Tally = { contacts: 0 };
  const stop = [watchCalls(Socket.prototype, 'connect', own), watchCalls(dns, 'lookup', own)];
  try {
    return { result: await running.run(own, work), contacts: own.contacts };
  } finally {
    for (const restore of stop) restore();
  }
}

function watchCalls<N extends string>(owner: Record<N, Function>, name: N, tally: Tally): () => void {
  const original = owner[name];
  const watched = function (this: unknown, ...args: unknown[]): unknown {
    if (running.getStore() === tally) tally.contacts += 1;
    return Reflect.apply(original, this, args);
  };
  owner[name] = Object.assign(watched, original);
  return () => void (owner[name] = original);
}
