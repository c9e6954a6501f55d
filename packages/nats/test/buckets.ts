import { randomUUID } from 'node:crypto';
import { Kvm } from '@nats-io/kv';
import { connect } from '@nats-io/transport-node';
import { ENGINE_PORTS } from '@rookery/testing';

/** The server of the machine. */
export const SERVERS = [`127.0.0.1:${ENGINE_PORTS.nats}`];

/** A namespace that no other test has. */
export function newNamespace(): string {
  return `test-${randomUUID()}`;
}

/** Removes everything that a namespace holds. */
export async function removeNamespace(namespace: string): Promise<void> {
  const connection = await connect({ servers: SERVERS });
  try {
    await (await new Kvm(connection).open(`rookery-registry-${namespace}`)).destroy();
  } finally {
    await connection.close();
  }
}
