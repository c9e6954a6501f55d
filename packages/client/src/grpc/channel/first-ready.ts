import { type Client, connectivityState } from '@grpc/grpc-js';
import { type Clock, sleep } from '@rookery/common';

/** How long the addresses of one family may connect before those of the other are tried as well (RFC 8305). */
const HEAD_START_MS = 250;

/**
 * Makes clients one after the other, each as soon as the earlier ones have failed or have had their head start, and resolves
 * with the first that is connected; with `undefined` when none can.
 */
export async function firstReady(
  makers: readonly (() => Client)[],
  clock: Clock,
): Promise<Client | undefined> {
  const attempts: Promise<Client>[] = [];
  const first = () => Promise.any(attempts).catch(() => undefined);
  for (const make of makers) {
    attempts.push(whenReady(make()));
    const waiting = new AbortController();
    const headStart = sleep(clock, HEAD_START_MS, waiting.signal, { background: true }).catch(() => {});
    const ready = await Promise.race([first(), headStart]);
    waiting.abort();
    if (ready) return ready;
  }
  return first();
}

async function whenReady(client: Client): Promise<Client> {
  if (await becomesReady(client)) return client;
  throw new Error('not connected');
}

/** Connects a client, and resolves with whether there is a connection, once that is certain. */
export async function becomesReady(client: Client): Promise<boolean> {
  const channel = client.getChannel();
  for (;;) {
    if (channel.getConnectivityState(false) === connectivityState.IDLE) channel.getConnectivityState(true);
    const state = channel.getConnectivityState(false);
    if (state === connectivityState.READY) return true;
    if (state === connectivityState.TRANSIENT_FAILURE || state === connectivityState.SHUTDOWN) return false;
    await new Promise((resolve) => channel.watchConnectivityState(state, Infinity, resolve));
  }
}
