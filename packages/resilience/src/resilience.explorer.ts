import { type OnModuleInit } from '@nestjs/common';
import { type DiscoveryService, type ModulesContainer } from '@nestjs/core';
import { attachRuntime, refuseSecondImport } from '@rookery/common';
import { prototypeOf } from './wrapper.explorer.js';
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
    const prototypes = new Set(
      [...this.discovery.getProviders(), ...this.discovery.getControllers()].map(prototypeOf),
    );
    for (const prototype of prototypes) {
      if (!prototype) continue;
      for (const method of methodPoliciesOf(prototype)) this.runtime.prepare(method);
    }
  }
}
