import { type WovenCall, type WovenMethod } from '@rookery/common';
import { type PolicyPipeline } from '../pipeline/policy-pipeline.js';
import { type PolicyRegistry } from '../registry/policy-registry.js';
import { findMethodPolicies, type MethodPolicies } from './method-policies.js';
import { guardFor } from './guard.js';

/** How a call of one method is made. */
type Invoke = (call: WovenCall) => unknown;

/** What is injected into every instance with decorated methods. It builds the plan of each method once. */
export class ResilienceRuntime {
  readonly #pipelines = new Map<MethodPolicies, PolicyPipeline>();
  readonly #plans = new Map<WovenMethod, Invoke>();

  constructor(private readonly registry: PolicyRegistry) {}

  /** Builds the pipeline of a method. Throws when its options or its policy's name cannot be used. */
  prepare(policies: MethodPolicies): PolicyPipeline {
    let pipeline = this.#pipelines.get(policies);
    if (!pipeline) {
      pipeline = this.registry.pipelineOf(policies);
      this.#pipelines.set(policies, pipeline);
    }
    return pipeline;
  }

  invoke(call: WovenCall): unknown {
    const plan = this.#plans.get(call.method) ?? this.#plan(call.method);
    return plan(call);
  }

  #plan(method: WovenMethod): Invoke {
    const policies = findMethodPolicies(method.target, method.key);
    // The decorators write the declarations before they weave.
    if (!policies) throw new TypeError(`${method.className}.${method.name} is woven but declares no policy.`);
    const pipeline = this.prepare(policies);
    const guard = guardFor(policies.stream);
    const plan: Invoke = (call) => guard(pipeline, call);
    this.#plans.set(method, plan);
    return plan;
  }
}
