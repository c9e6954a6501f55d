export { type DeadlineOptions } from './deadlines/deadline.options.js';
export { type Dependency } from './dependencies/dependency.js';
export { type EdgeOptions } from './edge/edge.options.js';
export { DuplicateIndicatorError } from './health/duplicate-indicator.error.js';
export { GrpcHealth } from './health/grpc-health.js';
export { HealthIndicator, type HealthIndicatorOptions } from './health/health-indicator.decorator.js';
export { HealthRegistry } from './health/health-registry.js';
export {
  type HealthFinding,
  type HealthGroup,
  type HealthResult,
  type HealthStatus,
  type Indicator,
} from './health/indicator.js';
export { ServiceIdentity } from './identity/service-identity.js';
export { ServiceState, type ServiceStateName } from './lifecycle/service-state.js';
export { ServiceModule } from './service.module.js';
export { type HealthOptions, type ServiceOptions } from './service.options.js';
