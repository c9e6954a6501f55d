import { natsRegistry } from '@rookery/nats';
import { registryWay } from './registry.ts';

/** The registry in a key-value bucket of NATS. */
export function nats(namespace: string) {
  return registryWay(natsRegistry({ namespace }));
}
