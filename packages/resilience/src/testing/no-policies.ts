import { type Pipeline } from '../pipeline/pipeline.js';
import { type PolicyPipeline } from '../pipeline/policy-pipeline.js';
import { PolicyRegistry } from '../registry/policy-registry.js';
import { type GuardedMethod } from '../weaving/method-policies.js';

/** Knows every name, and guards nothing. */
class NoPolicies extends PolicyRegistry {
  override define(name: string): Pipeline {
    return super.define(name, {});
  }

  override pipeline(name: string): Pipeline {
    return this.define(name);
  }

  override has(): boolean {
    return true;
  }

  override reconfigure(): void {}

  override pipelineOf({ name }: GuardedMethod): PolicyPipeline {
    return super.pipelineOf({ name, declared: {} });
  }
}

/**
 * A registry whose pipelines make each call once and do nothing else, for tests of what the policies guard: no retry, no
 * time limit, no fallback. It has no circuits either: `CircuitAdmin` lists none and throws for every name, and health
 * reports none.
 *
 * @example
 * Test.createTestingModule({ imports: [AppModule] }).overrideProvider(PolicyRegistry).useValue(noPolicies())
 */
export function noPolicies(): PolicyRegistry {
  return new NoPolicies();
}
