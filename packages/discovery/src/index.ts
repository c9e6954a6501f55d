export { AddressGuard } from './admission/address-guard.js';
export { type AdmissionOptions } from './admission/admission.options.js';
export { type SpecialAddress } from './admission/special-address.js';
export { type BalancerEvent, type BalancerListener } from './balancer/balancer-events.js';
export { type BalancerReport, type InstanceReport } from './balancer/balancer-report.js';
export {
  type BalancingAlgorithm,
  type CallFacts,
  type Candidate,
  type Candidates,
} from './balancer/balancing-algorithm.js';
export { consistentHash } from './balancer/consistent-hash.js';
export { eventLoopLoad, formatLoad, LOAD_HEADER, parseLoad } from './balancer/event-loop-load.js';
export {
  InstanceBalancer,
  type InstanceBalancerParts,
  type Picked,
  type PickOptions,
} from './balancer/instance-balancer.js';
export { type CallOutcome, type InstanceStats, type LoadReport } from './balancer/instance-stats.js';
export { leastConnections } from './balancer/least-connections.js';
export { LoadBalancer, type LoadBalancerParts } from './balancer/load-balancer.js';
export {
  type BalancingOptions,
  type LoadBalancerOptions,
  type StrategyChoice,
} from './balancer/load-balancer.options.js';
export { p2cPeakEwma } from './balancer/p2c.js';
export { randomChoice } from './balancer/random-choice.js';
export { roundRobin } from './balancer/round-robin.js';
export { sticky } from './balancer/sticky.js';
export { type LoadBalanceStrategy } from './balancer/strategies.js';
export { type CompositeOptions, compositeRegistry } from './composite/composite-registry.js';
export { CONTROL_SERVICE } from './control/control-service.js';
export { requestStatus } from './control/request-status.js';
export { type StatusRequestOptions } from './control/request-status.options.js';
export { DiscoveryModule } from './discovery.module.js';
export {
  type DiscoveryModuleAsyncOptions,
  type DiscoveryModuleOptions,
  type DiscoveryOptionsFactory,
} from './discovery.module-definition.js';
export { type AdvertiseOptions, type DiscoveryOptions, type ReadinessRule } from './discovery.options.js';
export { type DnsHostService, type DnsRegistryOptions, type DnsSrvService } from './dns/dns.options.js';
export { dnsRegistry } from './dns/dns-registry.js';
export { AddressRefusedError } from './errors/address-refused.error.js';
export { DnsLookupError } from './errors/dns-lookup.error.js';
export {
  EJECTION_DEFAULTS,
  type EjectionOptions,
  type EjectionSettings,
  ejectionSettings,
} from './ejection/ejection.options.js';
export { type EjectionListener } from './ejection/ejector.js';
export { type LookupFor, type SignOfLife, signOfLife } from './ejection/sign-of-life.js';
export { type EjectionReason } from './ejection/standing.js';
export { DuplicateInstanceError } from './errors/duplicate-instance.error.js';
export { InstanceNotFoundError } from './errors/instance-not-found.error.js';
export { InvalidInstanceError } from './errors/invalid-instance.error.js';
export { LeaseLostError, type LeaseLossReason } from './errors/lease-lost.error.js';
export { NoInstancesError } from './errors/no-instances.error.js';
export { ReadOnlyRegistryError } from './errors/read-only-registry.error.js';
export { RegistryClosedError } from './errors/registry-closed.error.js';
export { RegistryUnavailableError } from './errors/registry-unavailable.error.js';
export { ServiceNotFoundError } from './errors/service-not-found.error.js';
export { UnansweredRequestError } from './errors/unanswered-request.error.js';
export { createInstance, type InstanceChanges } from './instance/create-instance.js';
export { readInstance, writeInstance } from './instance/instance-record.js';
export { instanceShape } from './instance/instance-checks.js';
export {
  type InstanceStatus,
  type NewInstance,
  type Protocol,
  type ServiceInstance,
} from './instance/service-instance.js';
export { type LeaseFileOptions, leaseFileRegistry } from './lease-file/lease-file-registry.js';
export { memoryRegistry } from './memory/memory-registry.js';
export { IgnoredEntries } from './registry/ignored-entries.js';
export { latest, type Sink, type Source } from './registry/latest.js';
export { type Registration } from './registry/registration.js';
export { type RegistrationState } from './registry/registration-status.js';
export { type Lease, type Reach, type RegistryBackend, type Snapshot } from './registry/registry-backend.js';
export { type RegistryEvent, type RegistryListener } from './registry/registry-events.js';
export {
  type RegistrationReport,
  type RegistryReport,
  type WatchReport,
} from './registry/registry-status.js';
export { type Answers } from './registry/unlisted-instances.js';
export { type Route, routeCheck } from './routing/route.js';
export { type SlowStartOptions } from './routing/slow-start.js';
export { type ZonePreferenceOptions } from './routing/zone-preference.js';
export { ServiceRegistry } from './registry/service-registry.js';
export { type ServiceRegistryOptions } from './registry/service-registry.options.js';
export { staticRegistry } from './static/static-registry.js';
export { type StaticInstance, type StaticRegistryOptions } from './static/static.options.js';
