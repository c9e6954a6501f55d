import { randomUUID } from 'node:crypto';
import { EtcdApi } from './etcd-api.js';

/** A namespace that no other test has. */
export function newNamespace(): string {
  return `test-${randomUUID()}`;
}

/** Removes everything that a namespace holds. */
export async function removeNamespace(endpoint: string, namespace: string): Promise<void> {
  await new EtcdApi(endpoint).deleteAll(`/rookery/${namespace}/`);
}
