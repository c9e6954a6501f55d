import { type OnModuleInit } from '@nestjs/common';
import { type DiscoveryService, type ModulesContainer } from '@nestjs/core';
import { attachRuntime, refuseSecondImport } from '@rookery/common';
import { type InstanceWrapper, prototypeOf } from './wrapper.explorer.js';
import { methodPoliciesOf } from './weaving/method-policies.js';
import { type ResilienceRuntime } from './weaving/resilience-runtime.js';
import { resilienceWeaving } from './weaving/resilience.weaving.js';

/** Builds the policies of every decorated method while the app boots, so that a mistake never waits for a request. */
export class ResilienceExplorer implements OnModuleInit {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly modules: ModulesContainer,
    private readonly runtime: ResilienceRuntime,
  ) {}

  onModuleInit(): void {
    refuseSecondImport(
      this.modules,
      'ResilienceModule.forRoot',
      ResilienceExplorer,
      'a policy would have several states',
    );
    attachRuntime(this.discovery, resilienceWeaving, this.runtime);
    for (const prototype of new Set(this.#wrappers().map(prototypeOf))) {
      if (!prototype) continue;
      for (const method of methodPoliciesOf(prototype)) this.runtime.prepare(prototype, method);
    }
  }

  /** Guards, interceptors, pipes and filters that Nest makes for `@UseGuards()` and the like are no providers. */
  #wrappers(): InstanceWrapper[] {
    const enhancers = [...this.modules.values()].map(({ injectables }) => Array.from(injectables.values()));
    return [this.discovery.getProviders(), this.discovery.getControllers(), ...enhancers].flat();
  }
}
