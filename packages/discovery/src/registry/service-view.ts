import {
  type Backoff,
  type Clock,
  createBackoff,
  type Random,
  runInFreshContext,
  sleep,
} from '@rookery/common';
import { RegistryUnavailableError } from '../errors/registry-unavailable.error.js';
import { type ServiceInstance } from '../instance/service-instance.js';
import { askRegistry } from './ask-registry.js';
import { isSnapshot } from './is-snapshot.js';
import { latest } from './latest.js';
import { type RegistryBackend, type Snapshot } from './registry-backend.js';
import { type RegistryListener } from './registry-events.js';
import { type DoubtRules, UnlistedInstances } from './unlisted-instances.js';

/** What a view is made with. */
export interface ServiceViewParts {
  readonly backend: RegistryBackend;
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: RegistryListener;
  /** How an empty list is doubted. Left out: it is believed. */
  readonly doubt?: DoubtRules;
}

/** The first reading of a list may take this long before the registry counts as unavailable. */
const READ_TIMEOUT_MS = 5_000;

/** A watch may take this long to end. */
const CLOSE_TIMEOUT_MS = 2_000;

/**
 * The longest pause before a lost watch is started again: who comes and goes during an outage is to be known within a
 * second of its end. A server that is down refuses at once, so trying this often costs next to nothing.
 */
const LONGEST_PAUSE = '800ms';

const NOTHING: Snapshot = { revision: 0, instances: [] };

/**
 * The list of one service as this process knows it: read once, then kept up to date by a watch. When the registry is
 * lost the last list stays, because most of it is still true and an empty one would stop every call. For the same reason
 * one that becomes empty, or much shorter, is believed only of those that do not answer.
 */
export class ServiceView {
  /** The newest list that the registry gave. */
  #listed: Snapshot = NOTHING;
  /** What is shown. */
  #current: Snapshot | undefined;
  #stale = false;
  #populated = false;
  #loading: Promise<Snapshot> | undefined;
  #usedAt: number;
  readonly #listeners = new Set<(snapshot: Snapshot) => void>();
  readonly #stop = new AbortController();
  readonly #retryPause: Backoff;
  readonly #unlisted: UnlistedInstances | undefined;
  readonly #ended: Promise<void>;

  constructor(
    readonly service: string,
    private readonly parts: ServiceViewParts,
  ) {
    this.#usedAt = parts.clock.monotonic();
    this.#retryPause = createBackoff({ jitter: 'equal', maxDelay: LONGEST_PAUSE }, parts.random);
    const onFewer = () => this.#show(this.#unlisted?.with(this.#listed.instances) ?? []);
    this.#unlisted = parts.doubt && new UnlistedInstances({ ...parts, ...parts.doubt, service, onFewer });
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

  /** How many are on the list only because they answer: the registry has lost them. */
  get unlisted(): number {
    return this.#unlisted?.size ?? 0;
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
    await this.#unlisted?.stop();
    await askRegistry(this.parts.clock, CLOSE_TIMEOUT_MS, 'ending a watch', () => this.#ended).catch(() => {
      // A watch that does not end keeps nobody from stopping.
    });
  }

  #accept(snapshot: Snapshot): Snapshot {
    if (!isSnapshot(snapshot))
      throw new TypeError('The registry gave something that is no list of instances.');
    if (this.#current && snapshot.revision <= this.#listed.revision) return this.#current;
    this.#listed = snapshot;
    this.#populated ||= snapshot.instances.length > 0;
    const before = this.#current?.instances ?? [];
    return this.#show(this.#unlisted?.join(before, snapshot.instances, this.#stale) ?? snapshot.instances);
  }

  /** What is shown has a number of its own: it changes also when the registry says nothing. */
  #show(instances: readonly ServiceInstance[]): Snapshot {
    const revision = Math.max(this.#listed.revision, (this.#current?.revision ?? 0) + 1);
    const shown = { revision, instances };
    this.#current = shown;
    for (const listener of this.#listeners) listener(shown);
    return shown;
  }

  async #follow(): Promise<void> {
    const { signal } = this.#stop;
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      try {
        for await (const snapshot of this.parts.backend.watch(this.service, signal)) {
          // What cannot be accepted is no sign that the registry is back.
          this.#accept(snapshot);
          attempt = 1;
          this.#found();
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
