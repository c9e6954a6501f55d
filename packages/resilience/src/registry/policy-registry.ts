import { isDeepStrictEqual } from 'node:util';
import { type Clock, OptionsError, type Random, systemClock, systemRandom } from '@rookery/common';
import { type Observable } from 'rxjs';
import { type CircuitBreakerPolicy } from '../circuit-breaker/circuit-breaker.policy.js';
import { type CircuitState } from '../circuit-breaker/circuit.js';
import { EventHub } from '../events/event-hub.js';
import { type CircuitChange, type ResilienceEvent } from '../events/resilience-event.js';
import { type Pipeline } from '../pipeline/pipeline.js';
import { type PolicyOptions } from '../pipeline/policy.options.js';
import { type PolicyParts } from '../pipeline/policy-parts.js';
import { PolicyPipeline } from '../pipeline/policy-pipeline.js';
import { type PolicySettings } from '../pipeline/stage-settings.js';
import { type GuardedMethod } from '../weaving/method-policies.js';
import { CircuitAdmin } from './circuit-admin.js';
import { CircuitBreakers } from './circuit-breakers.js';
import { MethodPipeline } from './method-pipeline.js';
import { PolicyConflictError } from './policy-conflict.error.js';
import { PolicyInUseError } from './policy-in-use.error.js';
import { type PolicyOrigin, requireName, settingsOver } from './settings-over.js';
import { StageSet } from './stage-set.js';
import { UnknownPolicyError } from './unknown-policy.error.js';

/** What the registry is made of. */
export interface PolicyRegistrySeams {
  /** A test gives its own. Default: the system's. */
  clock?: Clock;
  /** A test gives its own. Default: `Math.random`. */
  random?: Random;
}

/** A policy or a method's own breaker, as a health page shows it. */
export interface PolicySummary {
  readonly name: string;
  /** The state of its circuit; `undefined` when it has no breaker. */
  readonly state: CircuitState | undefined;
}

interface NamedPolicy {
  readonly set: StageSet;
  readonly pipeline: PolicyPipeline;
  readonly origin: PolicyOrigin;
  /** What it was given last. */
  options: PolicyOptions;
  /** What it was made of first. */
  readonly defined: PolicySettings;
}

/** The named policies of an app, their state, and what they report. */
export class PolicyRegistry {
  readonly #policies = new Map<string, NamedPolicy>();
  readonly #methods: MethodPipeline[] = [];
  readonly #events = new EventHub();
  readonly #parts: PolicyParts;
  readonly #breakers: CircuitBreakers;

  /** The circuits in the hands of an operator. */
  readonly admin: CircuitAdmin;

  /** Everything the policies of the app do. A listener that throws changes no call. */
  readonly events$: Observable<ResilienceEvent> = this.#events.all$;

  /** The changes of the circuits' states only. Listening to these costs the calls nothing. */
  readonly circuits$: Observable<CircuitChange> = this.#events.circuits$;

  constructor({ clock = systemClock, random = systemRandom }: PolicyRegistrySeams = {}) {
    this.#parts = { clock, random, events: this.#events };
    this.#breakers = new CircuitBreakers(this.#parts);
    this.admin = new CircuitAdmin(this.#breakers);
  }

  /**
   * Defines a named policy. A name that is defined already gives the same pipeline, with the same state, when the
   * options are equal, and a `PolicyConflictError` when they are not.
   *
   * @param origin Where the options were given, for messages, and what they are laid over, now and in `reconfigure`.
   */
  define(
    name: string,
    options: PolicyOptions,
    origin: PolicyOrigin = { source: `PolicyRegistry.define("${name}")` },
  ): Pipeline {
    const { source } = origin;
    requireName(name, source);
    const settings = settingsOver(options, origin);
    const existing = this.#policies.get(name);
    if (existing) {
      // Whoever defines it again knows nothing of what an operator has reconfigured since.
      const { defined, set } = existing;
      if ([defined, set.settings].some((known) => isDeepStrictEqual(known, settings)))
        return existing.pipeline;
      throw new PolicyConflictError(name, existing.origin.source, source);
    }
    const set = new StageSet(name, this.#parts, this.#breakers.shared(name, source));
    set.apply(settings);
    const pipeline = new PolicyPipeline(name, set, this.#parts);
    this.#policies.set(name, { set, pipeline, origin, options, defined: settings });
    return pipeline;
  }

  /**
   * Gives a named policy other options while it is in use; what they leave out is gone, as if they had come first. Its circuit, its counts and its queues stay, calls in flight
   * end as they began, and every client and method that uses the name follows. Throws and changes nothing when the
   * options cannot be used (`OptionsError`), or when others have its circuit with other settings (`PolicyConflictError`).
   */
  reconfigure(name: string, options: PolicyOptions): void {
    const policy = this.#find(name);
    const { set, pipeline } = policy;
    const { defaults = {} } = policy.origin;
    const settings = settingsOver(options, { source: `PolicyRegistry.reconfigure("${name}")`, defaults });
    const users = this.#methods.filter((method) => method.policy === name);
    for (const user of users) user.checkOver(settings);
    if (!settings.circuitBreaker) this.#refuseWhileOverridden(name);
    set.apply(settings);
    policy.options = options;
    pipeline.use(set);
    for (const user of users) user.follow();
    this.#events.next({ type: 'reconfigured', policy: name });
  }

  /**
   * Forgets a named policy and its circuit, for policies that come and go with what they guard, such as tenants. Its
   * pipeline still works for whoever holds it. `false` when there was none. Throws a `PolicyInUseError` when
   * methods use it.
   */
  remove(name: string): boolean {
    const policy = this.#policies.get(name);
    if (!policy) return false;
    const users = this.#methods.filter(({ policy: used }) => used === name);
    if (users.length > 0) {
      throw new PolicyInUseError(
        name,
        users.map((user) => user.name),
      );
    }
    policy.set.release();
    return this.#policies.delete(name);
  }

  /** The options that a named policy goes by, as they were given, without the defaults. For a change of some of them. */
  options(name: string): PolicyOptions {
    return this.#find(name).options;
  }

  /** The policy of this name. Throws an `UnknownPolicyError` when there is none. */
  pipeline(name: string): Pipeline {
    return this.#find(name).pipeline;
  }

  /** Whether a policy of this name is defined. */
  has(name: string): boolean {
    return this.#policies.has(name);
  }

  /** The state of the circuit of this name; `undefined` when there is no such circuit. */
  state(name: string): CircuitState | undefined {
    return this.#breakers.find(name)?.state;
  }

  /** The breaker of this name, if there is one. @internal */
  breaker(name: string): CircuitBreakerPolicy | undefined {
    return this.#breakers.find(name);
  }

  /** Every named policy and every breaker of a method, for health pages and administration. */
  list(): PolicySummary[] {
    const names = new Set([...this.#policies.keys(), ...this.#breakers.names]);
    return [...names].map((name) => ({ name, state: this.state(name) }));
  }

  /** Every pipeline that was built, of policies and of methods. @internal */
  pipelines(): PolicyPipeline[] {
    return [...this.#policies.values(), ...this.#methods].map(({ pipeline }) => pipeline);
  }

  /** The pipeline of a decorated method: its own policies, over those of the named policy that it uses. @internal */
  pipelineOf(method: GuardedMethod): PolicyPipeline {
    const base = method.policy === undefined ? undefined : this.#find(method.policy, method.name).set;
    const named = { ...method, name: this.#freeName(method.name) };
    const built = new MethodPipeline(named, base, this.#parts, this.#breakers);
    this.#methods.push(built);
    return built.pipeline;
  }

  /** An operator who forces a circuit open relies on it; taking the circuit away would let the calls through. */
  #refuseWhileOverridden(name: string): void {
    const override = this.#breakers.find(name)?.snapshot().override;
    if (!override) return;
    throw new OptionsError(`PolicyRegistry.reconfigure("${name}")`, [
      `circuitBreaker: The circuit is ${override.kind} by hand ("${override.reason}"), which would end with it. ` +
        'Keep the circuitBreaker, or end that first.',
    ]);
  }

  /** Two classes may have one name; their methods are told apart by a number, in events, errors and on health pages. */
  #freeName(name: string): string {
    const taken = new Set(this.#methods.map((method) => method.name));
    let free = name;
    for (let number = 2; taken.has(free); number += 1) free = `${name}#${number}`;
    return free;
  }

  #find(name: string, askedBy?: string): NamedPolicy {
    const policy = this.#policies.get(name);
    if (!policy) throw new UnknownPolicyError(name, [...this.#policies.keys()], askedBy);
    return policy;
  }
}
