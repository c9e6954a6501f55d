import { type Clock, repeat, type Repetition, type ScheduledTask } from '@rookery/common';
import { type ServiceInstance, type Sink, type Snapshot } from '@rookery/discovery';
import { type RedisLink } from '../connection/redis-link.js';
import { type Reading } from './entry-rows.js';

/** Changes within this time are read once: a fleet that starts registers many at a time. */
const DEBOUNCE_MS = 10;

/** What a watch is made with. */
export interface ServiceWatchParts {
  readonly link: RedisLink;
  readonly clock: Clock;
  readonly channel: string;
  /** How often the list is compared whether or not a change was told. */
  readonly sweepMs: number;
  /** What is new since a reading; `undefined` when nothing is. */
  readonly read: (known: Reading | undefined, signal: AbortSignal) => Promise<Reading | undefined>;
  /** The living in a reading, and the number of the next snapshot. */
  readonly show: (reading: Reading) => Snapshot;
}

/**
 * Keeps one reader up to date. The channel tells early; the truth is the sweep, because what is told while nobody
 * listens is lost and because nobody tells that a lease has run out. It fails with the connection.
 */
export class ServiceWatch {
  #known: Reading | undefined;
  #shown: readonly ServiceInstance[] | undefined;
  #pending: ScheduledTask | undefined;
  #unsubscribe: (() => void) | undefined;
  readonly #stop = new AbortController();
  readonly #turns: Repetition;
  readonly #free: () => void;

  constructor(
    private readonly parts: ServiceWatchParts,
    private readonly sink: Sink<Snapshot>,
  ) {
    this.#free = parts.link.hold();
    this.#turns = repeat(
      parts.clock,
      parts.sweepMs,
      () => this.#turn(),
      (error) => sink.fail(error),
    );
    this.#turns.wake();
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('The watch has ended.'));
    this.#pending?.cancel();
    await this.#turns.stop();
    this.#pending?.cancel();
    this.#unsubscribe?.();
    this.#free();
  }

  async #turn(): Promise<void> {
    // Listened to before the reading: what changes in between is told, what changed before is read.
    this.#unsubscribe ??= await this.#subscribe();
    const reading = await this.parts.read(this.#known, this.#stop.signal);
    if (!reading) return;
    const snapshot = this.parts.show(reading);
    this.#known = reading;
    if (this.#shown && sameList(this.#shown, snapshot.instances)) return;
    this.#shown = snapshot.instances;
    this.sink.push(snapshot);
  }

  #subscribe(): Promise<() => void> {
    const { link, channel } = this.parts;
    return link.subscribe(this.#stop.signal, channel, {
      message: () => this.#notice(),
      lost: (error) => this.sink.fail(error),
    });
  }

  #notice(): void {
    this.#pending ??= this.parts.clock.schedule(
      DEBOUNCE_MS,
      () => {
        this.#pending = undefined;
        this.#turns.wake();
      },
      { background: true },
    );
  }
}

function sameList(a: readonly ServiceInstance[], b: readonly ServiceInstance[]): boolean {
  return a.length === b.length && a.every((instance, index) => instance === b[index]);
}
