import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { type Clock, messageOf, type ScheduledTask, systemCode } from '@rookery/common';
import { LEASE_SUFFIX } from './file-names.js';
import { type FirstWarnings } from './first-warnings.js';

/** The names of the leases that have changed; `'any'` when the system does not say which. */
export type ChangedFiles = ReadonlySet<string> | 'any';

/**
 * Tells early which files of a directory have changed. It is an accelerator, never the truth: on some mounts nothing is ever
 * told, the system has a limit of watches, and events may be lost.
 */
export class ChangeNotice {
  #watcher: FSWatcher | undefined;
  #watched = '';
  #pending: ScheduledTask | undefined;
  #changed: Set<string> | 'any' = new Set();
  #failures = 0;

  constructor(
    private readonly path: string,
    private readonly clock: Clock,
    private readonly warnings: FirstWarnings,
    /** Changes within this time are told once: a renewal alone is several events. */
    private readonly debounceMs: () => number,
    private readonly onChange: (files: ChangedFiles) => void,
  ) {}

  /** How often the system refused to watch. */
  get failures(): number {
    return this.#failures;
  }

  /** Whether the system tells of changes now. */
  get watching(): boolean {
    return this.#watcher !== undefined;
  }

  /** Starts watching, again when the directory is not the one that was watched: somebody may have replaced it. */
  async arm(): Promise<void> {
    // A directory that is made again may get the number of the removed one: only its birth tells them apart.
    const { dev, ino, birthtimeNs } = await stat(this.path, { bigint: true });
    const identity = `${dev} ${ino} ${birthtimeNs}`;
    if (this.#watcher && this.#watched === identity) return;
    const before = this.#watcher;
    this.#watched = identity;
    this.#watcher = this.#start();
    // Closed last: where a system knows no birth it is the same directory, and nothing that it tells is missed.
    before?.close();
  }

  close(): void {
    this.#pending?.cancel();
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  #start(): FSWatcher | undefined {
    try {
      const watcher = watch(this.path, { persistent: false }, (event, file) => {
        // The directory's own name says that the directory itself was removed or moved.
        if (event === 'rename' && file === basename(this.path)) this.#ended(watcher);
        else this.#notice(file);
      });
      watcher.on('error', (error) => this.#failed(error, watcher));
      return watcher;
    } catch (error) {
      this.#failed(error);
      return undefined;
    }
  }

  /** Nothing more is told of this directory, also when another one is in its place by now. */
  #ended(watcher: FSWatcher): void {
    watcher.close();
    if (watcher !== this.#watcher) return;
    this.#watcher = undefined;
    this.#notice(null);
  }

  #notice(file: string | null): void {
    if (file !== null && !file.endsWith(LEASE_SUFFIX)) return;
    if (file === null) this.#changed = 'any';
    else if (this.#changed !== 'any') this.#changed.add(file);
    this.#pending ??= this.clock.schedule(
      this.debounceMs(),
      () => {
        this.#pending = undefined;
        const changed = this.#changed;
        this.#changed = new Set();
        this.onChange(changed);
      },
      { background: true },
    );
  }

  #failed(error: unknown, watcher?: FSWatcher): void {
    this.#failures += 1;
    this.warnings.tell(
      'LEASES_NOT_WATCHED',
      `The system does not watch ${this.path} (${systemCode(error) ?? messageOf(error)}). Changes are seen within a second instead of at once. Raise its limit of watches, if that is the reason.`,
    );
    watcher?.close();
    if (watcher === this.#watcher) this.#watcher = undefined;
  }
}
