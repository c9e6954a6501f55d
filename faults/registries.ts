/** The registries that an experiment can run on; the first one is the default. */
export const REGISTRY_KINDS = ['lease-file', 'etcd', 'nats', 'redis'] as const;

export type RegistryKind = (typeof REGISTRY_KINDS)[number];

export const DEFAULT_REGISTRY: RegistryKind = 'lease-file';
