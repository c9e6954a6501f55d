import { type ServiceInstance } from '@rookery/discovery';
import { packed } from '../wire/codec.js';
import { type EncodedResource } from '../wire/messages.js';

/** An instance, and the IP address of its host: xDS clients resolve no names. */
export interface Located {
  readonly instance: ServiceInstance;
  readonly address: string;
}

/**
 * The endpoints of a cluster: a locality for each zone, with the weights of its instances, which add up to its own.
 * The order is by address, so that the same instances are always the same bytes.
 */
export function loadAssignment(name: string, located: readonly Located[]): EncodedResource {
  const distinct = newestByAddress(located);
  const someUp = distinct.some(({ instance }) => instance.status === 'up');
  return packed('envoy.config.endpoint.v3.ClusterLoadAssignment', {
    clusterName: name,
    endpoints: byZone(distinct).map(([zone, members]) => ({
      locality: { zone },
      lbEndpoints: members.map((member) => endpointOf(member, someUp)),
      loadBalancingWeight: { value: members.reduce((sum, { instance }) => sum + instance.weight, 0) },
    })),
  });
}

/**
 * One who drains gets no new calls while others are up. When all of them drain they still answer, and an xDS client
 * would send them nothing at all, so they are healthy then.
 */
function endpointOf({ instance, address }: Located, someUp: boolean): object {
  return {
    endpoint: { address: { socketAddress: { address, portValue: instance.port } }, hostname: instance.host },
    healthStatus: instance.status === 'draining' && someUp ? 'DRAINING' : 'HEALTHY',
    loadBalancingWeight: { value: instance.weight },
  };
}

/**
 * A process that was killed may still be listed beside its successor on the same port. gRPC refuses a whole list in
 * which an address stands twice, so the one that started last has it.
 */
function newestByAddress(located: readonly Located[]): Located[] {
  const newest = new Map<string, Located>();
  for (const entry of located) {
    const key = `${entry.address} ${entry.instance.port}`;
    const known = newest.get(key);
    if (!known || known.instance.startedAt < entry.instance.startedAt) newest.set(key, entry);
  }
  return [...newest].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, entry]) => entry);
}

/** Those of each zone; without one they are a zone of their own. */
function byZone(located: readonly Located[]): (readonly [zone: string, members: readonly Located[]])[] {
  const zones = new Set(located.map(zoneOf));
  return [...zones].map((zone) => [zone, located.filter((entry) => zoneOf(entry) === zone)]);
}

const zoneOf = ({ instance }: Located) => instance.zone ?? '';
