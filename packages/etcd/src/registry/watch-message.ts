import { GRPC, EtcdRefusal } from '../errors/etcd-refusal.error.js';
import { type Entry, entryOf, partOf, positionOf } from './entry.js';

/** One change of a key: what was written, or that it is gone. */
export interface KeyChange {
  readonly deleted: boolean;
  readonly entry: Entry;
}

/** What a watch is told. */
export type WatchMessage =
  | { readonly kind: 'changes'; readonly changes: readonly KeyChange[] }
  /** Nothing has changed up to this revision. */
  | { readonly kind: 'progress'; readonly revision: number }
  /** The watch stands at this revision or waits for a later one. */
  | { readonly kind: 'created'; readonly revision: number }
  /** What happened since the revision that was asked for is not kept any more. */
  | { readonly kind: 'compacted' };

/** Takes a message apart. Throws an `EtcdRefusal` when the server ends the watch. */
export function readWatchMessage(message: unknown): WatchMessage {
  const { created, canceled, compact_revision: compacted, cancel_reason: reason, events } = partOf(message);
  if (canceled === true && compacted !== undefined) return { kind: 'compacted' };
  if (canceled === true) throw refusalOf(typeof reason === 'string' ? reason : 'it ended the watch');
  if (Array.isArray(events)) return { kind: 'changes', changes: events.map(changeOf) };
  const { revision } = positionOf(message);
  return { kind: created === true ? 'created' : 'progress', revision };
}

function changeOf(event: unknown): KeyChange {
  const { type, kv } = partOf(event);
  return { deleted: type === 'DELETE', entry: entryOf(kv) };
}

/** The gateway writes the code of a refused watch into its reason, in words. */
function refusalOf(reason: string): EtcdRefusal {
  const [, name = '', text = reason] = /code = (\w+) desc = (.*)/s.exec(reason) ?? [];
  return new EtcdRefusal(NAMED[name] ?? GRPC.UNKNOWN, text);
}

const NAMED: Readonly<Record<string, number>> = {
  InvalidArgument: GRPC.INVALID_ARGUMENT,
  PermissionDenied: GRPC.PERMISSION_DENIED,
  Unauthenticated: GRPC.UNAUTHENTICATED,
};
