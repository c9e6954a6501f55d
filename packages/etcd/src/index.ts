export { EtcdUnavailableError } from './errors/etcd-unavailable.error.js';
export { etcdRegistry } from './registry/etcd-registry.js';
export { ETCD_REGISTRY_DEFAULTS, type EtcdRegistryOptions } from './registry/etcd-registry.options.js';
