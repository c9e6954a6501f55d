import { type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Tells that something may have changed where files are. The directories are watched and not the files, because a file
 * that is replaced by a rename, as Kubernetes, SPIRE and cert-manager do it, is another one. It is a hint that comes
 * early: a directory that cannot be watched is passed over, since whoever uses this looks by the clock as well.
 */
export class FileNotice {
  readonly #watchers: FSWatcher[] = [];

  constructor(files: readonly string[], onChange: () => void) {
    for (const directory of new Set(files.map((file) => dirname(file)))) {
      try {
        const watcher = watch(directory, { persistent: false }, onChange);
        // A watched directory that is removed, or a limit of the system.
        watcher.on('error', () => watcher.close());
        this.#watchers.push(watcher);
      } catch {
        // See above.
      }
    }
  }

  close(): void {
    for (const watcher of this.#watchers) watcher.close();
  }
}
