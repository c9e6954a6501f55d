import { type Clock, messageOf, repeat, type Repetition } from '@rookery/common';
import { LeaseLostError } from '../broker/lease-lost.error.js';
import { type Log } from '../broker/log.js';
import { type Claim, type DeliveryStore } from './delivery-store.js';

/** Renews the leases of everything in flight with one timer, at half of their length. */
export class LeaseKeeper {
  readonly #held = new Map<Claim, AbortController>();
  readonly #renewal: Repetition;

  constructor(
    private readonly store: DeliveryStore,
    private readonly leaseMs: number,
    clock: Clock,
    log: Log,
  ) {
    this.#renewal = repeat(
      clock,
      leaseMs / 2,
      () => this.#renew(),
      (error) => log.error(`Leases could not be renewed: ${messageOf(error)}`),
    );
  }

  /** How many leases are held. */
  get size(): number {
    return this.#held.size;
  }

  /** Keeps the lease until `drop`. The controller's signal aborts when the lease is lost. */
  hold(claim: Claim): AbortController {
    const controller = new AbortController();
    this.#held.set(claim, controller);
    return controller;
  }

  drop(claim: Claim): void {
    this.#held.delete(claim);
  }

  stop(): Promise<void> {
    return this.#renewal.stop();
  }

  async #renew(): Promise<void> {
    if (this.#held.size === 0) return;
    for (const claim of await this.store.renew([...this.#held.keys()], this.leaseMs)) {
      this.#held.get(claim)?.abort(new LeaseLostError(claim.consumer, claim.message.id));
      this.#held.delete(claim);
    }
  }
}
