import { type Execution, type Next, type Policy } from '../pipeline/policy.js';
import { type PolicyParts } from '../pipeline/policy-parts.js';
import { type HedgeSettings } from './hedge.options.js';
import { HedgeRace } from './hedge-race.js';
import { LearnedDelay } from './learned-delay.js';

/**
 * Starts another attempt of a call that takes unusually long, and takes whichever answers first: Dean and Barroso, "The
 * Tail at Scale", CACM 56(2), 2013. A call that may not be made twice, or whose time is over before the delay is, is
 * made once.
 */
export class HedgePolicy implements Policy {
  #learned: LearnedDelay | undefined;

  constructor(
    private readonly name: string,
    private settings: HedgeSettings,
    private readonly parts: PolicyParts,
  ) {
    this.reconfigure(settings);
  }

  execute(execution: Execution, next: Next): Promise<unknown> {
    if (execution.options.idempotent === false) return next(execution);
    const { settings, parts } = this;
    const delayMs = settings.delay.type === 'fixed' ? settings.delay.ms : this.#learned?.ms;
    const startedAt = parts.clock.monotonic();
    if (delayMs === undefined || startedAt + delayMs >= execution.deadline)
      return this.#once(execution, next, startedAt);
    const learn = () => this.#learn(startedAt);
    return new HedgeRace(this.name, settings, parts, { execution, next, delayMs, learn }).run();
  }

  /** The latencies that it has learned stay. */
  reconfigure(settings: HedgeSettings): void {
    const { delay } = settings;
    this.settings = settings;
    if (delay.type === 'fixed') this.#learned = undefined;
    else if (this.#learned) this.#learned.reconfigure(delay);
    else this.#learned = new LearnedDelay(delay, this.parts.clock);
  }

  async #once(execution: Execution, next: Next, startedAt: number): Promise<unknown> {
    const result = await next(execution);
    this.#learn(startedAt);
    return result;
  }

  #learn(startedAt: number): void {
    this.#learned?.learn(this.parts.clock.monotonic() - startedAt);
  }
}
