import { leaseFileRegistry } from '@rookery/discovery';
import { registryWay } from './registry.ts';

/** The embedded registry. */
export function leaseFiles(directory: string) {
  return registryWay(leaseFileRegistry({ directory }));
}
