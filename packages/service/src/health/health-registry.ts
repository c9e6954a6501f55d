import { type Clock, type Random } from '@rookery/common';
import { DuplicateIndicatorError } from './duplicate-indicator.error.js';
import { type HealthGroup, type HealthResult, type Indicator } from './indicator.js';
import { Monitor, type OnHealthChange } from './monitor.js';

/**
 * Everything that is checked, each on its own interval in the background. Reading a result never waits for a check, so
 * a probe is answered at once even when a dependency hangs.
 */
export class HealthRegistry {
  readonly #monitors = new Map<string, Monitor>();
  readonly #listeners: (() => void)[] = [];
  #started = false;

  constructor(
    private readonly clock: Clock,
    private readonly random: Random,
    private readonly report: OnHealthChange,
  ) {}

  /** Calls `listener` whenever `results` may say something else than before about who is up. */
  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Adds an indicator; once the app runs it is checked at once. The result takes it out again. */
  add(indicator: Indicator): () => Promise<void> {
    const { name } = indicator;
    if (this.#monitors.has(name)) throw new DuplicateIndicatorError(name);
    const monitor = new Monitor(indicator, this.clock, this.random, this.#found);
    this.#monitors.set(name, monitor);
    if (this.#started) monitor.start();
    this.#changed();
    return async () => {
      if (this.#monitors.get(name) === monitor) this.#monitors.delete(name);
      this.#changed();
      await monitor.stop();
    };
  }

  /** What each indicator of a group found last, or all of them, by name. */
  results(group?: HealthGroup): Record<string, HealthResult> {
    const chosen = [...this.#monitors.values()].filter(
      ({ indicator }) => group === undefined || indicator.groups.includes(group),
    );
    return Object.fromEntries(chosen.map(({ indicator, result }) => [indicator.name, result]));
  }

  /** Checks everything now and resolves when that is done. For tests and for tools; requests read `results`. */
  async refresh(): Promise<void> {
    await Promise.all([...this.#monitors.values()].map((monitor) => monitor.refresh()));
  }

  /** Begins to check. The module calls it when the app has booted. */
  start(): void {
    this.#started = true;
    for (const monitor of this.#monitors.values()) monitor.start();
  }

  /** No check starts any more; resolves when those that run are given up. The module calls it when the app ends. */
  async stop(): Promise<void> {
    this.#started = false;
    await Promise.all([...this.#monitors.values()].map((monitor) => monitor.stop()));
  }

  readonly #found: OnHealthChange = (indicator, now, before) => {
    this.report(indicator, now, before);
    this.#changed();
  };

  #changed(): void {
    for (const listener of this.#listeners) listener();
  }
}
