import { type RegistryBackend, type Snapshot } from '../registry/registry-backend.js';

/** Reads a watch in the background and keeps what it said. */
export interface WatchRecorder {
  readonly snapshots: readonly Snapshot[];
  /** The ids of the newest list; `undefined` before the first. */
  ids(): string[] | undefined;
  /** Ends the watch; rejects with what the watch failed with. */
  stop(): Promise<void>;
}

export function recordWatch(backend: RegistryBackend, service: string): WatchRecorder {
  const snapshots: Snapshot[] = [];
  const abort = new AbortController();
  const reading = (async () => {
    for await (const snapshot of backend.watch(service, abort.signal)) snapshots.push(snapshot);
  })();
  reading.catch(() => {});
  return {
    snapshots,
    ids: () => snapshots.at(-1)?.instances.map(({ id }) => id),
    async stop() {
      abort.abort();
      await reading;
    },
  };
}
