import { type Clock } from '@rookery/common';
import { type Priority } from '../pipeline/priority.js';
import { type Refusal } from './refusal.js';
import { Waiter } from './waiter.js';
import { WaitingLine } from './waiting-line.js';

/** How many a gate lets in. */
export interface GateLimits {
  /** How many are inside at once. */
  readonly maxInside: number;
  /** How many wait in front of it. */
  readonly maxWaiting: number;
}

/** How a call waits in front of a gate. */
export interface WaitTerms {
  readonly priority: Priority;
  /** Gives the place in the line up. */
  readonly signal: AbortSignal | undefined;
  /** How long it waits at most, in milliseconds; `Infinity` for as long as it takes. */
  readonly waitMs: number;
}

/**
 * Lets a limited number in, and has a limited number wait for those inside to leave. Whoever leaves lets the next one
 * in, so that nobody waits while there is room, and nobody passes those who wait.
 */
export class Gate {
  #inside = 0;
  readonly #line = new WaitingLine<Waiter>();
  readonly #leaveLine = (waiter: Waiter) => void this.#line.leave(waiter);

  /** @param refusal Makes the error of a call that is turned away. */
  constructor(
    private limits: GateLimits,
    private readonly clock: Clock,
    private readonly refusal: (reason: Refusal) => Error,
  ) {}

  get inside(): number {
    return this.#inside;
  }

  get waiting(): number {
    return this.#line.size;
  }

  /** Goes in if there is room; `false` if there is none. Costs no promise and no timer. */
  tryEnter(): boolean {
    if (this.#inside >= this.limits.maxInside) return false;
    this.#inside += 1;
    return true;
  }

  /**
   * Waits for room and goes in, for a call that `tryEnter` left outside. Rejects when there is no place in the line,
   * when the wait is too long, when a call of a higher priority takes the place, and when the signal aborts.
   */
  async wait({ priority, signal, waitMs }: WaitTerms): Promise<void> {
    signal?.throwIfAborted();
    if (this.limits.maxWaiting === 0) throw this.refusal('full');
    if (waitMs <= 0) throw this.refusal('queue-timeout');
    if (this.#line.size >= this.limits.maxWaiting) this.#displaceFor(priority);
    const waiter = new Waiter(signal, this.#leaveLine);
    if (waitMs < Infinity) waiter.waitAtMost(this.clock, waitMs, () => this.refusal('queue-timeout'));
    this.#line.enter(waiter, priority);
    // A listener that was told of a displaced call may have made room meanwhile.
    this.#letIn();
    return waiter.turn;
  }

  /** Somebody inside goes out. To be called once for each who went in. */
  leave(): void {
    this.#inside -= 1;
    this.#letIn();
  }

  /** Takes other limits. Who is inside or waits already stays, also where they are more than that. */
  resize(limits: GateLimits): void {
    this.limits = limits;
    this.#letIn();
  }

  #displaceFor(priority: Priority): void {
    const displaced = this.#line.below(priority);
    if (!displaced) throw this.refusal('full');
    displaced.giveUp(() => this.refusal('displaced'));
  }

  #letIn(): void {
    while (this.#inside < this.limits.maxInside) {
      const waiter = this.#line.next();
      if (!waiter) return;
      this.#inside += 1;
      waiter.admit();
    }
  }
}
