import { isDeepStrictEqual } from 'node:util';
import { checkOptions, type Clock, type Random, systemClock, systemRandom } from '@rookery/common';
import { type Observable } from 'rxjs';
import { type CircuitState } from '../circuit-breaker/circuit.js';
import { EventHub } from '../events/event-hub.js';
import { type CircuitChange, type ResilienceEvent } from '../events/resilience-event.js';
import { type Pipeline } from '../pipeline/pipeline.js';
import {
  policyCheck,
  type PolicyOptions,
  policySettings,
  type PolicySettings,
} from '../pipeline/policy.options.js';
import { PolicyPipeline } from '../pipeline/policy-pipeline.js';
import { type Stages } from '../pipeline/stages.js';
import { type MethodPolicies } from '../weaving/method-policies.js';
import { CircuitBreakers } from './circuit-breakers.js';
import { methodStages } from './method-stages.js';
import { PolicyConflictError } from './policy-conflict.error.js';
import { StageFactory } from './stage-factory.js';
import { UnknownPolicyError } from './unknown-policy.error.js';

/** What the registry is made of; a test gives its own clock and random numbers. */
export interface PolicyRegistrySeams {
  clock?: Clock;
  random?: Random;
}

/** A policy or a method's own breaker, as a health page shows it. */
export interface PolicySummary {
  readonly name: string;
  /** The state of its circuit; `undefined` when it has no breaker. */
  readonly state: CircuitState | undefined;
}

interface Entry {
  readonly settings: PolicySettings;
  readonly pipeline: PolicyPipeline;
  readonly source: string;
}

/** The named policies of an app, their state, and what they report. */
export class PolicyRegistry {
  readonly #policies = new Map<string, Entry>();
  readonly #events = new EventHub();
  readonly #factory: StageFactory;
  readonly #breakers: CircuitBreakers;

  /** Everything the policies of the app do. A listener that throws changes no call. */
  readonly events$: Observable<ResilienceEvent> = this.#events.all$;

  /** The changes of the circuits' states only. Listening to these costs the calls nothing. */
  readonly circuits$: Observable<CircuitChange> = this.#events.circuits$;

  constructor({ clock = systemClock, random = systemRandom }: PolicyRegistrySeams = {}) {
    this.#factory = new StageFactory(clock, random, this.#events);
    this.#breakers = new CircuitBreakers(this.#factory.breaker);
  }

  /**
   * Defines a named policy. A name that is defined already gives the same pipeline, with the same state, when the
   * options are equal, and a `PolicyConflictError` when they are not.
   *
   * @param source Where the options were given, for messages.
   */
  define(name: string, options: PolicyOptions, source = `PolicyRegistry.define("${name}")`): Pipeline {
    return this.defineFrom(source, name, checkOptions(source, policyCheck, options));
  }

  /** `define` for options that are checked; `source` says where they come from. @internal */
  defineFrom(source: string, name: string, options: PolicyOptions): Pipeline {
    const settings = policySettings(options);
    const entry = this.#policies.get(name);
    if (entry) {
      if (isDeepStrictEqual(entry.settings, settings)) return entry.pipeline;
      throw new PolicyConflictError(name, entry.source, source);
    }
    const stages = this.#factory.stages(name, settings, (breaker) =>
      this.#breakers.share(name, breaker, source),
    );
    const pipeline = this.#assemble(name, stages);
    this.#policies.set(name, { settings, pipeline, source });
    return pipeline;
  }

  /** The policy of this name. Throws an `UnknownPolicyError` when there is none. */
  pipeline(name: string): Pipeline {
    return this.#find(name);
  }

  /** Whether a policy of this name is defined. */
  has(name: string): boolean {
    return this.#policies.has(name);
  }

  /** The state of the circuit of this name; `undefined` when there is no such circuit. */
  state(name: string): CircuitState | undefined {
    return this.#breakers.find(name)?.state;
  }

  /** Every named policy and every breaker of a method, for health pages and administration. */
  list(): PolicySummary[] {
    const names = new Set([...this.#policies.keys(), ...this.#breakers.names]);
    return [...names].map((name) => ({ name, state: this.state(name) }));
  }

  /** The pipeline of a decorated method: its own policies, over those of the named policy that it uses. @internal */
  pipelineOf(method: MethodPolicies): PolicyPipeline {
    const base = method.policy === undefined ? {} : this.#find(method.policy, method.name).stages;
    const kept = method.declared.timeout === undefined ? base : withoutTimeouts(base);
    const own = methodStages(method, this.#factory, this.#breakers);
    return this.#assemble(method.name, { ...kept, ...own });
  }

  #assemble(name: string, stages: Stages): PolicyPipeline {
    return new PolicyPipeline(name, stages, (ms) => this.#factory.limit(name, ms));
  }

  #find(name: string, askedBy?: string): PolicyPipeline {
    const entry = this.#policies.get(name);
    if (!entry) throw new UnknownPolicyError(name, [...this.#policies.keys()], askedBy);
    return entry.pipeline;
  }
}

/** Both at once: one method's attempt timeout under another's total would be a pair that nobody checked. */
function withoutTimeouts({ totalTimeout: _total, attemptTimeout: _attempt, ...others }: Stages): Stages {
  return others;
}
