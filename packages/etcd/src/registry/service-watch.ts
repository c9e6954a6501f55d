import { runInFreshContext, type ScheduledTask, sleep } from '@rookery/common';
import { type ServiceInstance, type Sink, type Snapshot } from '@rookery/discovery';
import { type ChangeStreamParts, type Ending, followChanges } from './change-stream.js';
import { type ServiceState } from './service-state.js';

/** Changes within this time are shown once: a fleet that starts registers many at a time. */
const DEBOUNCE_MS = 10;

/**
 * A stream that breaks twice, each time sooner than this after a reading, is lost: whoever watches again waits before he
 * does, each time longer.
 */
const SETTLED_MS = 1_000;

/** A member that dies breaks the streams of all who watch there: each reads anew within this time, not all at once. */
const SPREAD_MS = 200;

/** What a watch is made with. */
export interface ServiceWatchParts extends Omit<ChangeStreamParts, 'onChange'> {
  /** Reads everything. */
  readonly read: (signal: AbortSignal) => Promise<ServiceState>;
  /** Who is listed by a state. */
  readonly show: (state: ServiceState) => Snapshot;
  /** What happened next is not kept any more, so that the list is read once more. */
  readonly onCompacted: () => void;
}

/**
 * Keeps one reader up to date: reads the list, and follows the changes from its revision on. A half-open connection is
 * as silent as a service in which nothing happens, so a silent stream is opened anew where it ended. A stream that
 * breaks is followed by one reading, which any endpoint may answer; when none does, or when the data is not what it
 * was, the watch has failed.
 */
export class ServiceWatch {
  #state: ServiceState | undefined;
  #shown: readonly ServiceInstance[] | undefined;
  #pending: ScheduledTask | undefined;
  /** Whether the last stream broke at once. */
  #hasty = false;
  readonly #stop = new AbortController();
  readonly #ended: Promise<void>;

  constructor(
    private readonly parts: ServiceWatchParts,
    private readonly sink: Sink<Snapshot>,
  ) {
    // Whoever starts it may be a request; the watch is none of its.
    this.#ended = runInFreshContext({}, () => this.#run());
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('The watch has ended.'));
    await this.#ended;
  }

  async #run(): Promise<void> {
    try {
      for (;;) await this.#follow();
    } catch (error) {
      this.#pending?.cancel();
      if (!this.#stop.signal.aborted) this.sink.fail(error);
    }
  }

  /** Reads the list and keeps it up to date until it has to be read anew. */
  async #follow(): Promise<void> {
    const { signal } = this.#stop;
    const { clock, read, onCompacted } = this.parts;
    const readAt = clock.monotonic();
    const state = await read(signal);
    // Who is missing there may not have left: whoever watches has to know that.
    if (this.#state?.isContinuedBy(state) === false) throw new Error('it was set up anew');
    this.#state = state;
    this.#show();
    const ending = await this.#untilItEnds(state, signal);
    if (ending === 'compacted') onCompacted();
    const hasty = typeof ending === 'object' && clock.monotonic() - readAt < SETTLED_MS;
    if (hasty && this.#hasty) throw ending.error;
    this.#hasty = hasty;
    if (typeof ending === 'object') await this.#spread();
  }

  async #spread(): Promise<void> {
    const { clock, random } = this.parts;
    const ms = SPREAD_MS * random();
    if (ms > 0) await sleep(clock, ms, this.#stop.signal, { background: true });
  }

  async #untilItEnds(state: ServiceState, signal: AbortSignal): Promise<Exclude<Ending, 'silent'>> {
    const parts = { ...this.parts, onChange: () => this.#notice() };
    for (;;) {
      const ending = await followChanges(parts, state, signal);
      if (ending !== 'silent') return ending;
    }
  }

  #notice(): void {
    this.#pending ??= this.parts.clock.schedule(
      DEBOUNCE_MS,
      () => {
        this.#pending = undefined;
        this.#show();
      },
      { background: true },
    );
  }

  #show(): void {
    if (!this.#state) return;
    const snapshot = this.parts.show(this.#state);
    if (this.#shown && sameList(this.#shown, snapshot.instances)) return;
    this.#shown = snapshot.instances;
    this.sink.push(snapshot);
  }
}

function sameList(a: readonly ServiceInstance[], b: readonly ServiceInstance[]): boolean {
  return a.length === b.length && a.every((instance, index) => instance === b[index]);
}
