import { AsyncLocalStorage } from 'node:async_hooks';
import { type Clock, messageOf, type ScheduledTask } from '@rookery/common';
import { type Consumption } from '../broker/broker.js';
import { type Outcome, type Receive } from '../broker/delivery.js';
import { type Log } from '../broker/log.js';
import { type Claim, type DeliveryStore } from './delivery-store.js';
import { type LeaseKeeper } from './lease-keeper.js';

/** Handlers run outside of whatever context began or woke the consumer, such as that of a publishing request. */
const outOfContext = AsyncLocalStorage.snapshot();

/** What a consumption works with. */
export interface ConsumptionParts {
  readonly store: DeliveryStore;
  readonly leases: LeaseKeeper;
  readonly leaseMs: number;
  /** The longest time that nothing is looked for. */
  readonly pollMs: number;
  readonly clock: Clock;
  readonly log: Log;
  /** Called when the consumption has begun to stop: it needs no more wake-ups. */
  readonly forget: (consumption: StoreConsumption) => unknown;
}

/**
 * Keeps up to `concurrency` deliveries of one consumer in flight. It claims only what it can begin at once, so that
 * an attempt is counted only for what is really tried, and a crash takes nothing else down with it.
 */
export class StoreConsumption implements Consumption {
  readonly #inFlight = new Map<Promise<void>, AbortController>();
  #fetching: Promise<void> | undefined;
  #again = false;
  #stopped = false;
  #failing = false;
  #alarm: ScheduledTask | undefined;

  constructor(
    private readonly consumer: string,
    private readonly concurrency: number,
    private readonly receive: Receive,
    private readonly parts: ConsumptionParts,
  ) {}

  /** Looks for work now. */
  wake(): void {
    if (this.#stopped) return;
    this.#again = true;
    this.#fetching ??= outOfContext(() => this.#fetchAll()).finally(() => {
      this.#fetching = undefined;
      if (this.#again && this.#free() > 0) this.wake();
    });
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.parts.forget(this);
    this.#alarm?.cancel();
    await this.#fetching;
    await Promise.all(this.#inFlight.keys());
  }

  abort(reason: Error): void {
    for (const controller of this.#inFlight.values()) controller.abort(reason);
  }

  readonly #free = () => (this.#stopped ? 0 : this.concurrency - this.#inFlight.size);

  async #fetchAll(): Promise<void> {
    try {
      while (this.#again && this.#free() > 0) {
        this.#again = false;
        await this.#fetch();
        if (this.#failing) this.parts.log.log(`${this.consumer} fetches events again.`);
        this.#failing = false;
      }
    } catch (error) {
      // The poll tries again soon; a store that is down must not end the consumer, nor fill the log.
      if (!this.#failing) this.parts.log.error(`${this.consumer} cannot fetch events: ${messageOf(error)}`);
      this.#failing = true;
    }
  }

  async #fetch(): Promise<void> {
    const { store, leaseMs } = this.parts;
    const claims = await store.claim(this.consumer, this.#free, leaseMs);
    for (const claim of claims) this.#begin(claim);
    if (this.#free() > 0) await this.#setAlarm();
  }

  /** Wakes in time for a delivery that falls due before the next poll. */
  async #setAlarm(): Promise<void> {
    const { store, clock, pollMs } = this.parts;
    const due = await store.nextDue(this.consumer);
    this.#alarm?.cancel();
    if (this.#stopped || due === undefined || due >= pollMs) return;
    this.#alarm = clock.schedule(due, () => this.wake(), { background: true });
  }

  #begin(claim: Claim): void {
    const controller = this.parts.leases.hold(claim);
    const running = this.#run(claim, controller).finally(() => {
      this.#inFlight.delete(running);
      this.wake();
    });
    this.#inFlight.set(running, controller);
  }

  async #run(claim: Claim, controller: AbortController): Promise<void> {
    const { store, leases, log } = this.parts;
    try {
      const outcome = await this.#attempt(claim, controller.signal);
      if (await store.settle(claim, outcome)) return;
      log.warn(`${this.consumer}: the result for event ${claim.message.id} came after its lease was lost.`);
    } catch (error) {
      log.error(
        `${this.consumer}: the result for event ${claim.message.id} was not stored: ${messageOf(error)}`,
      );
    } finally {
      leases.drop(claim);
    }
  }

  #attempt({ message, attempt }: Claim, signal: AbortSignal): Promise<Outcome> {
    // Stopped while the claim was under way: the event was not begun.
    if (this.#stopped) return Promise.resolve({ kind: 'release' });
    return this.receive({ message, attempt, signal });
  }
}
