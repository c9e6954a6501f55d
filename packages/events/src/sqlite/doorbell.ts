import { type FSWatcher, watch } from 'node:fs';
import { messageOf } from '@rookery/common';
import { type Log } from '../broker/log.js';

/**
 * Calls `onCommit` when any process may have committed: SQLite writes to the write-ahead log then. Only an
 * accelerator: where the system cannot watch, the poll finds everything a little later.
 */
export function watchCommits(file: string, onCommit: () => void, log: Log): { close(): void } {
  let watcher: FSWatcher | undefined;
  const giveUp = (error: unknown) => {
    watcher?.close();
    log.warn(`${file} cannot be watched, events of other processes arrive by polling: ${messageOf(error)}`);
  };
  try {
    watcher = watch(`${file}-wal`, { persistent: false }, onCommit);
    watcher.on('error', giveUp);
  } catch (error) {
    giveUp(error);
  }
  return { close: () => watcher?.close() };
}
