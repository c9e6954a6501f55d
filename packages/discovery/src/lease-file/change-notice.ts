import { type FSWatcher, watch } from 'node:fs';
import { stat } from 'node:fs/promises';
import { type Clock, type ScheduledTask } from '@rookery/common';
import { LEASE_SUFFIX } from './file-names.js';

/** Changes within this time are told once: a renewal alone is several events. */
const DEBOUNCE_MS = 10;

/**
 * Tells early that a directory has changed. It is an accelerator, never the truth: on some mounts nothing is ever
 * told, the system has a limit of watches, and events may be lost.
 */
export class ChangeNotice {
  #watcher: FSWatcher | undefined;
  #watched = '';
  #pending: ScheduledTask | undefined;
  #failures = 0;

  constructor(
    private readonly path: string,
    private readonly clock: Clock,
    private readonly onChange: () => void,
  ) {}

  /** How often the system refused to watch. */
  get failures(): number {
    return this.#failures;
  }

  /** Starts watching, again when the directory is not the one that was watched: somebody may have replaced it. */
  async arm(): Promise<void> {
    const { dev, ino } = await stat(this.path);
    const identity = `${dev} ${ino}`;
    if (this.#watcher && this.#watched === identity) return;
    this.#watcher?.close();
    this.#watched = identity;
    this.#watcher = this.#start();
  }

  close(): void {
    this.#pending?.cancel();
    this.#watcher?.close();
    this.#watcher = undefined;
  }

  #start(): FSWatcher | undefined {
    try {
      const watcher = watch(this.path, { persistent: false }, (_event, file) => this.#notice(file));
      watcher.on('error', () => this.#failed(watcher));
      return watcher;
    } catch {
      this.#failed();
      return undefined;
    }
  }

  #notice(file: string | null): void {
    if (file !== null && !file.endsWith(LEASE_SUFFIX)) return;
    this.#pending ??= this.clock.schedule(
      DEBOUNCE_MS,
      () => {
        this.#pending = undefined;
        this.onChange();
      },
      { background: true },
    );
  }

  #failed(watcher?: FSWatcher): void {
    this.#failures += 1;
    watcher?.close();
    if (watcher === this.#watcher) this.#watcher = undefined;
  }
}
