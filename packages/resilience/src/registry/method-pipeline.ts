import { OptionsError } from '@rookery/common';
import { misfits } from '../pipeline/misfits.js';
import { type PolicyParts } from '../pipeline/policy-parts.js';
import { type Plan, PolicyPipeline } from '../pipeline/policy-pipeline.js';
import { type PolicySettings } from '../pipeline/stage-settings.js';
import { type GuardedMethod } from '../weaving/method-policies.js';
import { streamMisfits } from '../weaving/stream-misfits.js';
import { type CircuitBreakers } from './circuit-breakers.js';
import { methodSettings } from './method-settings.js';
import { overlay } from './overlay.js';
import { StageSet } from './stage-set.js';

/** The pipeline of a decorated method, which follows the named policy that it uses. */
export class MethodPipeline {
  readonly pipeline: PolicyPipeline;
  readonly #own: StageSet;

  /** Throws when the method's options cannot be used, by themselves or over those of the named policy. */
  constructor(
    private readonly method: GuardedMethod,
    private readonly base: StageSet | undefined,
    parts: PolicyParts,
    breakers: CircuitBreakers,
  ) {
    const { name, declared } = method;
    const shared = declared.circuitBreaker?.name;
    this.#own = new StageSet(
      name,
      parts,
      shared === undefined ? breakers.own(name) : breakers.shared(shared, `@CircuitBreaker on ${name}`),
    );
    const settings = methodSettings(method);
    this.#check(base?.settings ?? {}, settings);
    this.#checkBudget({ ...base?.settings, ...settings });
    this.#own.apply(settings);
    this.pipeline = new PolicyPipeline(name, this.#plan(), parts);
  }

  get name(): string {
    return this.method.name;
  }

  /** The named policy that it uses. */
  get policy(): string | undefined {
    return this.method.policy;
  }

  get #ownBudget(): boolean {
    return this.method.declared.retryBudget !== undefined;
  }

  /** Throws when the method's own policies do not fit over these. */
  checkOver(base: PolicySettings): void {
    this.#check(base, this.#own.settings);
  }

  /** Takes over what the named policy has become. */
  follow(): void {
    this.pipeline.use(this.#plan());
  }

  #plan(): Plan {
    const base = this.base ?? { stages: {}, settings: {} };
    return {
      stages: overlay(base.stages, this.#own.stages, this.#ownBudget),
      settings: overlay(base.settings, this.#own.settings, this.#ownBudget),
    };
  }

  /** Only at the start: a policy may drop its retries later, and a budget that bounds nothing does no harm then. */
  #checkBudget(settings: PolicySettings): void {
    if (!this.method.declared.retryBudget || 'retry' in settings || 'hedge' in settings) return;
    throw new OptionsError(this.name, [
      'retryBudget: There are no retries that it could bound. Add @Retry(), or remove @RetryBudget().',
    ]);
  }

  #check(base: PolicySettings, own: PolicySettings): void {
    const settings = overlay(base, own, this.#ownBudget);
    const problems = [...misfits(settings), ...streamMisfits(this.method, settings, own)];
    if (problems.length > 0) throw new OptionsError(this.name, problems);
  }
}
