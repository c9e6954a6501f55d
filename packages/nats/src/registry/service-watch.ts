import { type Clock, repeat, type Repetition, type ScheduledTask } from '@rookery/common';
import { type ServiceInstance, type Sink, type Snapshot } from '@rookery/discovery';
import { type NatsLink } from '../connection/nats-link.js';
import { keysOf } from './lease-keys.js';
import { type ServiceMirror } from './service-mirror.js';

/** Changes within this time are shown once: a fleet that starts registers many at a time. */
const DEBOUNCE_MS = 10;

/** How often it is looked for leases that have run out: the server tells nobody. */
const LOOK_MS = 250;

/** The age of what the server tells when it is written. */
const TOLD_AT_ONCE = 0;

/** What a watch is made with. */
export interface ServiceWatchParts {
  readonly link: NatsLink;
  readonly clock: Clock;
  readonly service: string;
  readonly mirror: ServiceMirror;
  /** Reads everything into the mirror. */
  readonly read: (signal: AbortSignal) => Promise<void>;
  /** The living now, and the number of the next snapshot. */
  readonly show: () => Snapshot;
}

/** Keeps one reader up to date: by what the server tells, and by the time. It fails with the connection. */
export class ServiceWatch {
  #shown: readonly ServiceInstance[] | undefined;
  #following: (() => void) | undefined;
  #pending: ScheduledTask | undefined;
  readonly #stop = new AbortController();
  readonly #looks: Repetition;
  readonly #free: () => void;
  readonly #unlisten: () => void;

  constructor(
    private readonly parts: ServiceWatchParts,
    private readonly sink: Sink<Snapshot>,
  ) {
    this.#free = parts.link.hold();
    this.#unlisten = parts.link.onLost((error) => sink.fail(error));
    this.#looks = repeat(
      parts.clock,
      LOOK_MS,
      () => this.#look(),
      (error) => sink.fail(error),
    );
    this.#looks.wake();
  }

  async stop(): Promise<void> {
    this.#stop.abort(new Error('The watch has ended.'));
    this.#unlisten();
    await this.#looks.stop();
    this.#pending?.cancel();
    this.#following?.();
    this.#free();
  }

  async #look(): Promise<void> {
    if (!this.#following) {
      // Followed before the reading: what changes in between is told, what changed before is read.
      this.#following = await this.#follow();
      await this.parts.read(this.#stop.signal);
    }
    const snapshot = this.parts.show();
    if (this.#shown && sameList(this.#shown, snapshot.instances)) return;
    this.#shown = snapshot.instances;
    this.sink.push(snapshot);
  }

  async #follow(): Promise<() => void> {
    const { link, service, mirror } = this.parts;
    const entries = await link.run(this.#stop.signal, ({ bucket }) =>
      bucket.watch({ key: keysOf(service), include: 'updates' }),
    );
    const following = async () => {
      for await (const entry of entries) {
        mirror.see(entry, TOLD_AT_ONCE);
        this.#notice();
      }
      if (!this.#stop.signal.aborted) throw new Error('The server has ended the watch.');
    };
    following().catch((error: unknown) => this.sink.fail(error));
    return () => entries.stop();
  }

  #notice(): void {
    if (this.#stop.signal.aborted) return;
    this.#pending ??= this.parts.clock.schedule(
      DEBOUNCE_MS,
      () => {
        this.#pending = undefined;
        this.#looks.wake();
      },
      { background: true },
    );
  }
}

function sameList(a: readonly ServiceInstance[], b: readonly ServiceInstance[]): boolean {
  return a.length === b.length && a.every((instance, index) => instance === b[index]);
}
