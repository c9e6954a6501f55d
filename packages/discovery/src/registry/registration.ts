import { setImmediate } from 'node:timers/promises';
import { type Backoff, type Clock, createBackoff, isRookeryError, type Random, sleep } from '@rookery/common';
import { changeInstance, type InstanceChanges } from '../instance/create-instance.js';
import { type ServiceInstance } from '../instance/service-instance.js';
import { askRegistry } from './ask-registry.js';
import { type RegistrationState, RegistrationStatus } from './registration-status.js';
import { type Lease, type RegistryBackend } from './registry-backend.js';
import { type RegistryListener } from './registry-events.js';

/** What a registration is made with. */
export interface RegistrationParts {
  readonly backend: RegistryBackend;
  readonly ttlMs: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly emit: RegistryListener;
  /** An instance that leaves is listed as draining for this long first. Left out: nobody reads its status. */
  readonly settleMs?: number;
  /** Called after each change that this registration made in the registry. */
  readonly onChange: () => Promise<void>;
}

/** Beats in a time to live: two may fail before the lease runs out. */
const BEATS_PER_TTL = 3;

/** A beat comes up to this fraction early, so that services that started together do not beat together. */
const BEAT_JITTER = 0.2;

/** A call to the registry may take this part of the interval between two beats. */
const CALL_SHARE = 0.8;

/** The longest that leaving may take: a registry that hangs must not stop the app from stopping. */
const LEAVE_TIMEOUT_MS = 2_000;

/**
 * Keeps one instance in the registry: registers it, beats, and registers it again whenever it is lost. It never gives
 * up, because a service that has vanished from the registry looks healthy to everyone but its callers.
 */
export class Registration {
  #instance: ServiceInstance;
  /** What the registry was told last. */
  #published: ServiceInstance | undefined;
  /** Since when the registry has had the status that it was told last, on the steady clock. */
  #statusSince = 0;
  #lease: Lease | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #inFlight: Promise<unknown> = Promise.resolve();
  #leaving: Promise<void> | undefined;
  #onRegistered = () => {};
  #onLeft = (_reason: Error) => {};
  readonly #stop = new AbortController();
  readonly #status: RegistrationStatus;
  readonly #intervalMs: number;
  readonly #retryPause: Backoff;
  readonly #first: Promise<void>;
  readonly #ended: Promise<void>;

  constructor(
    instance: ServiceInstance,
    private readonly parts: RegistrationParts,
  ) {
    this.#instance = instance;
    this.#status = new RegistrationStatus(parts.clock, parts.ttlMs, parts.emit);
    this.#intervalMs = parts.ttlMs / BEATS_PER_TTL;
    this.#retryPause = createBackoff({ jitter: 'equal' }, parts.random);
    this.#first = new Promise((resolve, reject) => {
      this.#onRegistered = resolve;
      this.#onLeft = reject;
    });
    this.#first.catch(() => {});
    this.#ended = this.#run();
  }

  /** What is registered, or will be as soon as the registry answers. */
  get instance(): ServiceInstance {
    return this.#instance;
  }

  get state(): RegistrationState {
    return this.#status.state;
  }

  /** Resolves when the instance is in the registry for the first time; rejects when it leaves before. */
  registered(): Promise<void> {
    return this.#first;
  }

  /**
   * Changes what is registered. Resolves when the registry has it, at once when nothing is registered now; rejects
   * when it cannot be told. Either way the change is kept and goes out with the next call that succeeds. Of several
   * changes the newest wins, in whatever time the registry answers.
   */
  async update(changes: InstanceChanges): Promise<void> {
    this.#instance = changeInstance(this.#instance, changes);
    if (!this.#lease || this.#leaving) return;
    await this.#inTurn(() => this.#publish());
    await this.parts.onChange();
  }

  /**
   * Takes the instance out of the registry, marked as draining first, for long enough to be seen. Never rejects; resolves
   * in bounded time.
   */
  leave(): Promise<void> {
    this.#leaving ??= this.#leave();
    return this.#leaving;
  }

  async #leave(): Promise<void> {
    this.#instance = changeInstance(this.#instance, { status: 'draining' });
    this.#stop.abort(new Error(`${this.#instance.id} was deregistered.`));
    await this.#ended;
    await askRegistry(this.parts.clock, LEAVE_TIMEOUT_MS, 'leaving', (signal) => this.#release(signal)).catch(
      () => {
        // The registry does not answer; the lease runs out by itself.
      },
    );
    this.#status.left(this.#instance);
  }

  async #release(signal: AbortSignal): Promise<void> {
    await this.#inFlight.catch(() => {});
    if (!this.#lease) return;
    await this.#announceEnd(this.#lease, signal).catch(() => {});
    await this.#lease.release(signal);
    await this.parts.onChange();
  }

  /**
   * Whoever keeps the entry in its list a little longer knows at least that it is about to go. And whoever sees many go at
   * once believes it only of those that were draining before, so that has to be seen.
   */
  async #announceEnd(lease: Lease, signal: AbortSignal): Promise<void> {
    const { clock, settleMs } = this.parts;
    if (this.#published?.status !== 'draining') {
      await lease.update(this.#instance, signal);
      this.#told(this.#instance);
    }
    if (settleMs === undefined) return;
    await setImmediate();
    const rest = settleMs - (clock.monotonic() - this.#statusSince);
    if (rest > 0) await sleep(clock, rest, signal);
  }

  async #run(): Promise<void> {
    try {
      for (;;) await this.#keep(await this.#acquire());
    } catch {
      // Only leaving ends the loop: every other error was handled where it happened.
      this.#onLeft(new Error(`${this.#instance.id} was deregistered before it was registered.`));
    }
  }

  /** Registers until it succeeds. */
  async #acquire(): Promise<Lease> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        this.#lease = await this.#register();
        await this.#succeeded();
        return this.#lease;
      } catch (error) {
        this.#stop.signal.throwIfAborted();
        this.#status.failed(this.#instance, error);
        await this.#pause(this.#untilNextTry(attempt));
      }
    }
  }

  async #register(): Promise<Lease> {
    if (this.#status.taken) await this.#waitForOwnId();
    const instance = this.#instance;
    const lease = await this.#call('registering an instance', async (signal) => {
      const late = await this.parts.backend.register(instance, this.parts.ttlMs, signal);
      // Nobody waits for a lease that comes too late, so nobody would ever end it.
      if (signal.aborted) await late.release(new AbortController().signal);
      return late;
    });
    this.#told(instance);
    return lease;
  }

  #told(instance: ServiceInstance): void {
    if (this.#published?.status !== instance.status) this.#statusSince = this.parts.clock.monotonic();
    this.#published = instance;
  }

  /** Does not take an id back from the living, or the two that claim it would push each other out for ever. */
  async #waitForOwnId(): Promise<void> {
    const { service, id } = this.#instance;
    const { instances } = await this.#call('reading the registry', (signal) =>
      this.parts.backend.list(service, signal),
    );
    if (instances.some((other) => other.id === id))
      throw new Error(`The id ${id} is in use by another process. Give each its own instanceId.`);
  }

  /** Beats until the lease is lost. */
  async #keep(lease: Lease): Promise<void> {
    for (let failures = 0; ;) {
      await this.#pause(this.#untilNextBeat(failures));
      try {
        await this.#beat(lease);
        failures = 0;
        await this.#succeeded();
      } catch (error) {
        this.#stop.signal.throwIfAborted();
        failures += 1;
        this.#status.beatFailed(this.#instance, error);
        if (isRookeryError(error, 'LEASE_LOST')) {
          this.#lease = undefined;
          return;
        }
      }
    }
  }

  #untilNextBeat(failures: number): number {
    if (failures > 0) return this.#untilNextTry(failures);
    return this.#intervalMs * (1 - BEAT_JITTER * this.parts.random());
  }

  /** Whatever failed is tried again at least as often as a beat: a registry that is back is not to wait for anybody. */
  #untilNextTry(failures: number): number {
    return Math.min(this.#intervalMs, this.#retryPause(failures));
  }

  #beat(lease: Lease): Promise<void> {
    return this.#inTurn(() => {
      if (this.#instance !== this.#published) return this.#publish();
      return this.#call('renewing a lease', (signal) => lease.renew(signal));
    });
  }

  /** Tells the newest change. Of several that wait for their turn the first tells all. */
  async #publish(): Promise<void> {
    const [lease, instance] = [this.#lease, this.#instance];
    if (!lease || instance === this.#published) return;
    await this.#call('updating a registration', (signal) => lease.update(instance, signal));
    this.#told(instance);
  }

  /** A lease is changed by one call at a time: two that are under way may arrive the other way round. */
  #inTurn(work: () => Promise<void>): Promise<void> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => {});
    return turn;
  }

  async #succeeded(): Promise<void> {
    if (!this.#status.succeeded(this.#instance)) return;
    await this.parts.onChange();
    this.#onRegistered();
  }

  #call<T>(what: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const tracked = (signal: AbortSignal) => {
      const call = work(signal);
      this.#inFlight = call;
      return call;
    };
    return askRegistry(this.parts.clock, this.#intervalMs * CALL_SHARE, what, tracked, this.#stop.signal);
  }

  #pause(ms: number): Promise<void> {
    return sleep(this.parts.clock, ms, this.#stop.signal, { background: true });
  }
}
