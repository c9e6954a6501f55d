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
  #lease: Lease | undefined;
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
   * when it cannot be told. Either way the change is kept and goes out with the next call that succeeds.
   */
  async update(changes: InstanceChanges): Promise<void> {
    this.#instance = changeInstance(this.#instance, changes);
    if (!this.#lease || this.#leaving) return;
    await this.#beat(this.#lease);
    await this.parts.onChange();
  }

  /** Takes the instance out of the registry, marked as draining first. Never rejects; resolves in bounded time. */
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
    // Whoever keeps the entry in its list a little longer knows at least that it is about to go.
    await this.#lease.update(this.#instance, signal).catch(() => {});
    await this.#lease.release(signal);
    await this.parts.onChange();
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
        await this.#pause(this.#retryPause(attempt));
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
    this.#published = instance;
    return lease;
  }

  /** Does not take an id back from the living, or the two that claim it would push each other out for ever. */
  async #waitForOwnId(): Promise<void> {
    const { service, id } = this.#instance;
    const { instances } = await this.#call('reading the registry', (signal) =>
      this.parts.backend.list(service, signal),
    );
    if (instances.some((other) => other.id === id))
      throw new Error(`The id ${id} is in use by another process.`);
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
    if (failures > 0) return Math.min(this.#intervalMs, this.#retryPause(failures));
    return this.#intervalMs * (1 - BEAT_JITTER * this.parts.random());
  }

  async #beat(lease: Lease): Promise<void> {
    const instance = this.#instance;
    if (instance === this.#published) return this.#call('renewing a lease', (signal) => lease.renew(signal));
    await this.#call('updating a registration', (signal) => lease.update(instance, signal));
    this.#published = instance;
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
