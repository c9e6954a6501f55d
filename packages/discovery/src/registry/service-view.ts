import {
  type Backoff,
  type Clock,
  createBackoff,
  type Random,
  runInFreshContext,
  sleep,
} from '@rookery/common';
import { RegistryUnavailableError } from '../errors/registry-unavailable.error.js';
import { askRegistry } from './ask-registry.js';
import { latest } from './latest.js';
import { type RegistryBackend, type Snapshot } from './registry-backend.js';
import { type RegistryListener } from './registry-events.js';

/** What a view is made with. */
export interface ServiceViewParts {
  readonly backend: RegistryBackend;
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: RegistryListener;
}

/** The first reading of a list may take this long before the registry counts as unavailable. */
const READ_TIMEOUT_MS = 5_000;

/** A watch may take this long to end. */
const CLOSE_TIMEOUT_MS = 2_000;

/**
 * The list of one service as this process knows it: read once, then kept up to date by a watch. When the registry is
 * lost the last list stays, because most of it is still true and an empty one would stop every call.
 */
export class ServiceView {
  #current: Snapshot | undefined;
  #stale = false;
  #populated = false;
  #loading: Promise<Snapshot> | undefined;
  #usedAt: number;
  readonly #listeners = new Set<(snapshot: Snapshot) => void>();
  readonly #stop = new AbortController();
  readonly #retryPause: Backoff;
  readonly #ended: Promise<void>;

  constructor(
    readonly service: string,
    private readonly parts: ServiceViewParts,
  ) {
    this.#usedAt = parts.clock.monotonic();
    this.#retryPause = createBackoff({ jitter: 'equal' }, parts.random);
    // The first reader is some request; the watch outlives it and must not carry its context.
    this.#ended = runInFreshContext({}, () => this.#follow());
  }

  /** The newest list; `undefined` until the first one came. Looking at it is no use that keeps the view open. */
  get snapshot(): Snapshot | undefined {
    return this.#current;
  }

  /** Whether the registry is lost, so that the list may be outdated. */
  get stale(): boolean {
    return this.#stale;
  }

  /** Whether the service ever had an instance. */
  get populated(): boolean {
    return this.#populated;
  }

  /** Milliseconds since somebody last asked; 0 while somebody listens. */
  get idleMs(): number {
    return this.#listeners.size > 0 ? 0 : this.parts.clock.monotonic() - this.#usedAt;
  }

  /** Notes that the list is in use. */
  touch(): void {
    this.#usedAt = this.parts.clock.monotonic();
  }

  /** The newest list, read from the registry when there is none yet. */
  load(): Promise<Snapshot> {
    this.touch();
    return this.#current ? Promise.resolve(this.#current) : (this.#loading ??= this.refresh());
  }

  /** Reads the list from the registry now. */
  async refresh(): Promise<Snapshot> {
    try {
      const snapshot = await askRegistry(
        this.parts.clock,
        READ_TIMEOUT_MS,
        'reading the registry',
        (signal) => this.parts.backend.list(this.service, signal),
        this.#stop.signal,
      );
      return this.#accept(snapshot);
    } catch (cause) {
      throw new RegistryUnavailableError(this.parts.backend.description, this.service, { cause });
    } finally {
      this.#loading = undefined;
    }
  }

  /** The list now and after each change, until the signal aborts or the registry is closed. */
  changes(signal: AbortSignal): AsyncIterable<Snapshot> {
    return latest<Snapshot>(
      ({ push }) => {
        this.#listeners.add(push);
        if (this.#current) push(this.#current);
        return () => this.#listeners.delete(push);
      },
      AbortSignal.any([signal, this.#stop.signal]),
    );
  }

  async close(): Promise<void> {
    this.#stop.abort(new Error('The registry is closed.'));
    await askRegistry(this.parts.clock, CLOSE_TIMEOUT_MS, 'ending a watch', () => this.#ended).catch(() => {
      // A watch that does not end keeps nobody from stopping.
    });
  }

  #accept(snapshot: Snapshot): Snapshot {
    if (this.#current && snapshot.revision <= this.#current.revision) return this.#current;
    this.#current = snapshot;
    this.#populated ||= snapshot.instances.length > 0;
    for (const listener of this.#listeners) listener(snapshot);
    return snapshot;
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stop;
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        for await (const snapshot of this.parts.backend.watch(this.service, signal)) {
          attempt = 1;
          this.#found();
          this.#accept(snapshot);
        }
      } catch (error) {
        if (!signal.aborted) this.#lost(error);
      }
      await sleep(this.parts.clock, this.#retryPause(attempt), signal, { background: true }).catch(() => {});
    }
  }

  #found(): void {
    if (this.#stale) this.parts.emit({ type: 'watch-restored', service: this.service });
    this.#stale = false;
  }

  #lost(error: unknown): void {
    if (!this.#stale) this.parts.emit({ type: 'watch-lost', service: this.service, error });
    this.#stale = true;
  }
}
