import { rejection } from '../events/rejection.js';
import { type Execution, type Next, type Policy } from '../pipeline/policy.js';
import { type PolicyParts } from '../pipeline/policy-parts.js';
import { whileWorking } from '../pipeline/while-working.js';
import { Gate, type GateLimits } from '../waiting/gate.js';
import { longestWait } from '../waiting/longest-wait.js';
import { priorityOf } from '../waiting/priority-of.js';
import { type Refusal } from '../waiting/refusal.js';
import { AdaptiveLimit, type Admission } from './adaptive-limit.js';
import { type CallEnd } from './call-cohort.js';
import { endOf } from './call-end.js';
import { ConcurrencyLimitError } from './concurrency-limit.error.js';
import { allPlaces, placesFor } from './queue-places.js';
import { type ConcurrencyLimitSettings } from './concurrency-limit.options.js';

/** Nobody is told to come back sooner than after this many milliseconds: the limit needs about as long to adapt. */
const SOONEST_RETRY_MS = 1_000;

/**
 * Bounds how many calls are under way at once by how many can be answered in good time, which it finds out by itself.
 * Work that was given up and goes on nevertheless counts until it ends.
 */
export class ConcurrencyLimitPolicy implements Policy {
  readonly #limit: AdaptiveLimit;
  readonly #gate: Gate;
  #allowed: number;
  readonly #leave = () => {
    this.#limit.left(this.#gate.inside - 1);
    this.#follow();
    this.#gate.leave();
  };

  constructor(
    private readonly name: string,
    private settings: ConcurrencyLimitSettings,
    private readonly parts: PolicyParts,
  ) {
    this.#limit = new AdaptiveLimit(settings, settings.initial, parts.clock, parts.random);
    this.#allowed = this.#limit.allowed;
    this.#gate = new Gate(this.#limits(), parts.clock, (reason) => this.#rejection(reason));
  }

  execute(execution: Execution, next: Next): Promise<unknown> {
    if (this.#gate.tryEnter()) return this.#run(execution, next);
    return this.#executeInTurn(execution, next);
  }

  /** What it has learned stays, as far as the new bounds allow; calls under way end as they began. */
  reconfigure(settings: ConcurrencyLimitSettings): void {
    this.settings = settings;
    const { learned } = this.#limit;
    this.#limit.resize(settings);
    this.#allowed = this.#limit.allowed;
    this.#gate.resize(this.#limits());
    this.#report(learned);
  }

  async #executeInTurn(execution: Execution, next: Next): Promise<unknown> {
    this.#limit.turnedAway();
    const priority = priorityOf(execution, this.name, 'concurrencyLimit.priority', this.settings.priority);
    if (this.#gate.waiting >= placesFor(priority, this.#maxQueue(this.#allowed)))
      throw this.#rejection('full');
    const waitMs = longestWait(execution, this.parts.clock);
    await this.#gate.wait({ priority, signal: execution.signal, waitMs });
    return this.#run(execution, next);
  }

  async #run(execution: Execution, next: Next): Promise<unknown> {
    const admission = this.#limit.admit(this.#gate.inside);
    execution.commitment?.onceMade(() => this.#limit.answered(admission));
    let end: CallEnd = 'success';
    try {
      return await whileWorking(execution, next, this.#leave);
    } catch (error) {
      end = endOf(error, execution.caller);
      throw error;
    } finally {
      this.#settle(admission, end);
    }
  }

  #settle(admission: Admission, end: CallEnd): void {
    const { learned } = this.#limit;
    this.#limit.settle(admission, end, this.#gate.inside);
    this.#follow();
    this.#report(learned);
  }

  /** Lets the gate know of another limit. */
  #follow(): void {
    if (this.#limit.allowed === this.#allowed) return;
    this.#allowed = this.#limit.allowed;
    this.#gate.resize(this.#limits());
  }

  #limits(): GateLimits {
    return { maxInside: this.#allowed, maxWaiting: allPlaces(this.#maxQueue(this.#limit.learned)) };
  }

  /** What matters most keeps its places during a probe: it is to wait for a moment, not to be turned away. */
  #maxQueue(limit: number): number {
    return this.settings.maxQueue ?? Math.ceil(limit / 2);
  }

  /** The lower number during a probe is none that was learned, and so is not reported. */
  #report(from: number): void {
    const { learned: to } = this.#limit;
    if (to === from || !this.parts.events.observed) return;
    this.parts.events.next({ type: 'limit-changed', policy: this.name, from, to });
  }

  #rejection(reason: Refusal): ConcurrencyLimitError {
    const turns = 1 + this.#gate.waiting / this.#allowed;
    const retryAfterMs = Math.max(SOONEST_RETRY_MS, turns * (this.#limit.latencyMs ?? 0));
    const create = () => new ConcurrencyLimitError(this.name, this.#allowed, reason, retryAfterMs);
    return rejection(this.parts.events, this.name, create);
  }
}
