export { NatsUnavailableError } from './errors/nats-unavailable.error.js';
export { natsRegistry } from './registry/nats-registry.js';
export {
  NATS_REGISTRY_DEFAULTS,
  type NatsClientOptions,
  type NatsRegistryOptions,
} from './registry/nats-registry.options.js';
