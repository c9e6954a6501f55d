import { checkOptions } from '@rookery/common';
import { type RegistryBackend } from '@rookery/discovery';
import { NatsLink } from '../connection/nats-link.js';
import { LARGEST_ENTRY } from './lease-record.js';
import { NatsBackend } from './nats-backend.js';
import {
  natsRegistryCheck,
  type NatsRegistryOptions,
  natsRegistrySettings,
} from './nats-registry.options.js';

/** The server drops what nobody has written for this long: longer than any lease, so it takes only leftovers. */
const KEEP_MS = 2 * 86_400_000;

/**
 * A registry in a JetStream key-value bucket of NATS 2.9 or later, for every host that reaches the servers:
 * `DiscoveryModule.forRoot({ registry: natsRegistry({ servers }) })`. Each process opens one connection, and none while
 * it neither registers nor watches. Readers time leases themselves, and what they see for the first time has the age that
 * the server's clock gives it; no wall clock of any process has a say.
 */
export function natsRegistry(options: NatsRegistryOptions = {}): RegistryBackend {
  const settings = natsRegistrySettings(checkOptions('natsRegistry', natsRegistryCheck, options));
  const { servers, client, namespace, replicas, timeoutMs, clock } = settings;
  const server = `nats at ${servers.join(', ')}`;
  const bucket = `rookery-registry-${namespace}`;
  const link = new NatsLink({
    options: { ...client, servers },
    openBucket: (kvm) =>
      kvm.create(bucket, {
        history: 1,
        ttl: KEEP_MS,
        maxValueSize: LARGEST_ENTRY,
        replicas,
        timeout: timeoutMs,
      }),
    server,
    timeoutMs,
    clock,
  });
  // The stream behind a bucket has its name, with this in front.
  const stream = `KV_${bucket}`;
  return new NatsBackend({ link, clock, stream, description: `${server}, namespace ${namespace}` });
}
