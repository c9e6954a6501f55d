import { isDeepStrictEqual } from 'node:util';
import { type CircuitBreakerSettings } from '../circuit-breaker/circuit-breaker.options.js';
import { type CircuitBreakerPolicy } from '../circuit-breaker/circuit-breaker.policy.js';
import { type Policy } from '../pipeline/policy.js';
import { type PolicyParts } from '../pipeline/policy-parts.js';
import { type PolicySettings, type StageSettings } from '../pipeline/stage-settings.js';
import { type Stages } from '../pipeline/stages.js';
import { STAGE_FACTORY } from './stage-factory.js';

/** Who gives a set of stages its breaker, which others may share. */
export interface BreakerSource {
  /** Throws when the breaker cannot have these settings, because others use it with different ones. */
  check(settings: CircuitBreakerSettings): void;
  take(settings: CircuitBreakerSettings): CircuitBreakerPolicy;
  giveBack(): void;
}

/** The stages of one policy or one method, with the settings that they were made from. */
export class StageSet {
  #settings: PolicySettings = {};
  #stages: Stages = {};

  constructor(
    private readonly name: string,
    private readonly parts: PolicyParts,
    private readonly breakers: BreakerSource,
  ) {}

  get settings(): PolicySettings {
    return this.#settings;
  }

  get stages(): Stages {
    return this.#stages;
  }

  /**
   * Takes these settings. A stage whose settings did not change stays as it is, one that keeps a state goes on with its
   * new settings, any other is made anew. Throws, and changes nothing, when others use the circuit with other settings.
   */
  apply(settings: PolicySettings): void {
    if (settings.circuitBreaker) this.breakers.check(settings.circuitBreaker);
    const names = Object.keys(settings) as (keyof StageSettings)[];
    const stages = Object.fromEntries(names.map((stage) => [stage, this.#stage(stage, settings)]));
    if (this.#stages.circuitBreaker && !settings.circuitBreaker) this.breakers.giveBack();
    this.#settings = settings;
    this.#stages = stages;
  }

  /** Gives back what it shares with others. */
  release(): void {
    this.apply({});
  }

  #stage(stage: keyof StageSettings, settings: PolicySettings): unknown {
    const existing = this.#stages[stage] as Policy | undefined;
    if (existing && isDeepStrictEqual(this.#settings[stage], settings[stage])) return existing;
    if (existing?.reconfigure) {
      existing.reconfigure(settings[stage] as never);
      return existing;
    }
    if (stage === 'circuitBreaker')
      return this.breakers.take(settings.circuitBreaker as CircuitBreakerSettings);
    return STAGE_FACTORY[stage](this.name, settings[stage] as never, this.parts);
  }
}
