import { checkOptions } from '@rookery/common';
import { type RegistryBackend } from '@rookery/discovery';
import { EtcdGateway } from '../connection/etcd-gateway.js';
import { EntryKeys } from './entry-keys.js';
import { EtcdBackend } from './etcd-backend.js';
import {
  etcdRegistryCheck,
  type EtcdRegistryOptions,
  etcdRegistrySettings,
} from './etcd-registry.options.js';

/**
 * A registry in etcd 3.4 or later, for every host that reaches the cluster:
 * `DiscoveryModule.forRoot({ registry: etcdRegistry({ endpoints }) })`. It speaks to etcd's JSON gateway, which every
 * member serves beside gRPC, and needs no client library. etcd times the leases: a time to live is rounded up to whole
 * seconds, and to etcd's least, which is 2 seconds with its default election timeout.
 */
export function etcdRegistry(options: EtcdRegistryOptions = {}): RegistryBackend {
  const settings = etcdRegistrySettings(checkOptions('etcdRegistry', etcdRegistryCheck, options));
  const { endpoints, namespace, clock, random, idleMs } = settings;
  const server = `etcd at ${endpoints.join(', ')}`;
  return new EtcdBackend({
    gateway: new EtcdGateway({ ...settings, server }),
    keys: new EntryKeys(namespace),
    clock,
    random,
    idleMs,
    description: `${server}, namespace ${namespace}`,
  });
}
