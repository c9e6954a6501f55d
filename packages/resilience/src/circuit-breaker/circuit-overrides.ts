import { type CircuitOverride } from '../events/resilience-event.js';

/** What somebody set a circuit to by hand. */
export interface Override {
  readonly kind: CircuitOverride;
  readonly reason: string;
  /** The moment at which it ends by itself, on the monotonic clock; `Infinity` when it does not. */
  readonly expiresAt: number;
}

/**
 * The overrides of a circuit. Isolations come first, and each holds until its own handle lets it go: two operators do
 * not undo each other. Of the others there is one at a time, the latest; it ends by itself when somebody looks after its
 * time, without a timer.
 */
export class CircuitOverrides {
  readonly #isolations = new Set<Override>();
  #set: Override | undefined;

  /** The override that counts now: the oldest isolation, or else what was set last. */
  current(now: number): Override | undefined {
    if (this.#set && this.#set.expiresAt <= now) this.#set = undefined;
    const [isolation] = this.#isolations;
    return isolation ?? this.#set;
  }

  set(override: Override | undefined): void {
    this.#set = override;
  }

  isolate(reason: string): Override {
    const isolation: Override = { kind: 'isolated', reason, expiresAt: Infinity };
    this.#isolations.add(isolation);
    return isolation;
  }

  /** Does nothing the second time. */
  release(isolation: Override): void {
    this.#isolations.delete(isolation);
  }
}
