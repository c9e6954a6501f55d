import { type WovenCall, type WovenMethod } from '@rookery/common';
import { type PolicyPipeline } from '../pipeline/policy-pipeline.js';
import { type PolicyRegistry } from '../registry/policy-registry.js';
import { findMethodPolicies, methodOf, type MethodPolicies } from './method-policies.js';
import { guardFor } from './guard.js';

/** How a call of one method is made. */
type Invoke = (call: WovenCall) => unknown;

/** What is kept for each method of the instances with one prototype. */
class ByPrototype<Method, Kept> {
  readonly #kept = new WeakMap<object, Map<Method, Kept>>();

  find(prototype: object, method: Method): Kept | undefined {
    return this.#kept.get(prototype)?.get(method);
  }

  keep(prototype: object, method: Method, kept: Kept): Kept {
    const methods = this.#kept.get(prototype) ?? new Map<Method, Kept>();
    this.#kept.set(prototype, methods.set(method, kept));
    return kept;
  }
}

/**
 * What is injected into every instance with decorated methods. It builds the plan of each method once for each concrete
 * class: all its instances share it, two subclasses of a class with decorated methods do not.
 */
export class ResilienceRuntime {
  readonly #pipelines = new ByPrototype<MethodPolicies, PolicyPipeline>();
  readonly #plans = new ByPrototype<WovenMethod, Invoke>();

  constructor(private readonly registry: PolicyRegistry) {}

  /** Builds the pipeline of a method. Throws when its options or its policy's name cannot be used. */
  prepare(prototype: object, method: MethodPolicies): PolicyPipeline {
    return (
      this.#pipelines.find(prototype, method) ??
      this.#pipelines.keep(prototype, method, this.registry.pipelineOf(methodOf(prototype, method)))
    );
  }

  invoke(call: WovenCall): unknown {
    const prototype: object = Object.getPrototypeOf(call.instance);
    const plan = this.#plans.find(prototype, call.method) ?? this.#plan(prototype, call.method);
    return plan(call);
  }

  #plan(prototype: object, method: WovenMethod): Invoke {
    const policies = findMethodPolicies(method.target, method.key);
    // The decorators write the declarations before they weave.
    if (!policies) throw new TypeError(`${method.className}.${method.name} is woven but declares no policy.`);
    const pipeline = this.prepare(prototype, policies);
    const guard = guardFor(policies.stream);
    return this.#plans.keep(prototype, method, (call) => guard(pipeline, call));
  }
}
