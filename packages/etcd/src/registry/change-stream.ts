import { type Clock, type Random } from '@rookery/common';
import { type EtcdGateway, type OpenStream } from '../connection/etcd-gateway.js';
import { rangeOf } from './entry-keys.js';
import { type ServiceState } from './service-state.js';
import { readWatchMessage, type WatchMessage } from './watch-message.js';

/** A silent stream is ended up to this fraction early, so that all who heard the same do not open one at the same time. */
const IDLE_JITTER = 0.2;

/** What changes are followed with. */
export interface ChangeStreamParts {
  readonly gateway: EtcdGateway;
  readonly clock: Clock;
  readonly random: Random;
  /** What the keys of the service begin with. */
  readonly prefix: string;
  /** How long the stream may be silent, in milliseconds. */
  readonly idleMs: number;
  /** The state has moved on. */
  readonly onChange: () => void;
}

/**
 * Why a stream has ended: nobody said anything; what happened next is not kept any more; or the connection broke, so
 * that nobody knows what has been missed.
 */
export type Ending = 'silent' | 'compacted' | Broken;

/** The connection is lost, or the server ended the watch. */
export interface Broken {
  readonly error: unknown;
}

/**
 * Moves a state on by what changes from its revision on, until the stream ends. Nothing is missed between one stream and
 * the next: etcd keeps what has happened. Rejects when no endpoint lets it watch, and with the signal's reason.
 */
export async function followChanges(
  parts: ChangeStreamParts,
  state: ServiceState,
  signal: AbortSignal,
): Promise<Ending> {
  const { prefix, gateway } = parts;
  const stream = await gateway.open(signal, {
    path: '/v3/watch',
    body: {
      create_request: {
        ...rangeOf(prefix),
        start_revision: state.revision + 1,
        // Moves the revision on while only others change, so that less of what is needed next gets compacted.
        progress_notify: true,
      },
    },
    read: createdAt,
  });
  const onAbort = () => stream.close();
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    signal.throwIfAborted();
    // A member that is behind, or a cluster that was set up anew: which of them it is, a reading tells.
    if (stream.begun < state.revision) return broken('it is behind what it has told before');
    return await followStream(parts, state, stream);
  } catch (error) {
    signal.throwIfAborted();
    return { error };
  } finally {
    signal.removeEventListener('abort', onAbort);
    stream.close();
  }
}

async function followStream(
  { clock, random, idleMs, onChange }: ChangeStreamParts,
  state: ServiceState,
  stream: OpenStream<number>,
): Promise<Ending> {
  let silent = false;
  const end = () => {
    silent = true;
    stream.close();
  };
  const listen = () => clock.schedule(idleMs * (1 - IDLE_JITTER * random()), end, { background: true });
  let idle = listen();
  try {
    for await (const raw of stream.messages) {
      idle.cancel();
      idle = listen();
      const message = readWatchMessage(raw);
      if (message.kind === 'compacted') return 'compacted';
      apply(message, state);
      onChange();
    }
    return silent ? 'silent' : broken('it ended the watch');
  } catch (error) {
    if (silent) return 'silent';
    throw error;
  } finally {
    idle.cancel();
  }
}

function broken(why: string): Broken {
  return { error: new Error(why) };
}

function apply(message: WatchMessage, state: ServiceState): void {
  if (message.kind === 'progress') state.reach(message.revision);
  if (message.kind !== 'changes') return;
  for (const { deleted, entry } of message.changes) {
    if (deleted) state.delete(entry.key, entry.revision);
    else state.put(entry);
  }
}

/** The revision at which a watch was made. */
function createdAt(message: unknown): number {
  const begun = readWatchMessage(message);
  if (begun.kind !== 'created') throw new Error('it did not say that it watches');
  return begun.revision;
}
