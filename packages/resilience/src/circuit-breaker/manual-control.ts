import { type Clock, toMilliseconds } from '@rookery/common';
import { type CircuitOverride, type CircuitOverridden } from '../events/resilience-event.js';
import { type OverrideOptions } from './circuit-control.js';
import { CircuitOverrides, type Override } from './circuit-overrides.js';

/** How the override that counts has changed. */
export type OverrideChange = Omit<CircuitOverridden, 'type' | 'policy'>;

/** The overrides of one circuit on a clock. It reports each change of the one that counts, also that it has expired. */
export class ManualControl {
  readonly #overrides = new CircuitOverrides();
  #last: Override | undefined;

  constructor(
    private readonly clock: Clock,
    private readonly onChange: (change: OverrideChange) => void,
  ) {}

  /** The override that counts now. */
  get current(): Override | undefined {
    return this.#update('expired');
  }

  set(kind: CircuitOverride, { reason, expiresIn }: OverrideOptions): void {
    void this.current;
    const lastsMs = expiresIn === undefined ? Infinity : toMilliseconds(expiresIn);
    this.#overrides.set({ kind, reason, expiresAt: this.clock.monotonic() + lastsMs });
    this.#update(reason);
  }

  /** Ends what was set. Isolations stay. */
  clear(reason: string): void {
    void this.current;
    this.#overrides.set(undefined);
    this.#update(reason);
  }

  isolate(reason: string): Disposable {
    void this.current;
    const isolation = this.#overrides.isolate(reason);
    this.#update(reason);
    return { [Symbol.dispose]: () => this.#release(isolation) };
  }

  #release(isolation: Override): void {
    void this.current;
    this.#overrides.release(isolation);
    this.#update('isolation ended');
  }

  /** @param ended Why there is none any more, if that is so. */
  #update(ended: string): Override | undefined {
    const now = this.clock.monotonic();
    const current = this.#overrides.current(now);
    if (current === this.#last) return current;
    this.#last = current;
    if (!current) this.onChange({ override: undefined, reason: ended });
    else this.onChange(changeTo(current, now));
    return current;
  }
}

function changeTo({ kind, reason, expiresAt }: Override, now: number): OverrideChange {
  return { override: kind, reason, ...(expiresAt < Infinity && { expiresInMs: expiresAt - now }) };
}
