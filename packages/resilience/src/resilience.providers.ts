import { type Provider } from '@nestjs/common';
import { DiscoveryService, ModulesContainer } from '@nestjs/core';
import { filterProvider } from './filter/install-filter.providers.js';
import { ResilienceHealthIndicator } from './health/resilience-health.indicator.js';
import { CircuitAdmin } from './registry/circuit-admin.js';
import { PolicyRegistry } from './registry/policy-registry.js';
import { createRegistry } from './registry/create-registry.js';
import { ResilienceAudit } from './resilience-audit.lifecycle.js';
import { ResilienceLog } from './resilience-log.lifecycle.js';
import { RESILIENCE_MODULE_OPTIONS } from './resilience.module-definition.js';
import { ResilienceExplorer } from './resilience.explorer.js';
import { ResilienceRuntime } from './weaving/resilience-runtime.js';

export const resilienceProviders: Provider[] = [
  { provide: PolicyRegistry, inject: [RESILIENCE_MODULE_OPTIONS], useFactory: createRegistry },
  {
    provide: CircuitAdmin,
    inject: [PolicyRegistry],
    useFactory: (registry: PolicyRegistry) => registry.admin,
  },
  {
    provide: ResilienceRuntime,
    inject: [PolicyRegistry],
    useFactory: (registry: PolicyRegistry) => new ResilienceRuntime(registry),
  },
  {
    provide: ResilienceExplorer,
    inject: [DiscoveryService, ModulesContainer, ResilienceRuntime],
    useFactory: (discovery: DiscoveryService, modules: ModulesContainer, runtime: ResilienceRuntime) =>
      new ResilienceExplorer(discovery, modules, runtime),
  },
  {
    provide: ResilienceAudit,
    inject: [DiscoveryService, ResilienceRuntime, PolicyRegistry],
    useFactory: (discovery: DiscoveryService, runtime: ResilienceRuntime, registry: PolicyRegistry) =>
      new ResilienceAudit(discovery, runtime, registry),
  },
  {
    provide: ResilienceLog,
    inject: [PolicyRegistry],
    useFactory: (registry: PolicyRegistry) => new ResilienceLog(registry),
  },
  filterProvider,
  {
    provide: ResilienceHealthIndicator,
    inject: [PolicyRegistry],
    useFactory: (registry: PolicyRegistry) => new ResilienceHealthIndicator(registry),
  },
];
