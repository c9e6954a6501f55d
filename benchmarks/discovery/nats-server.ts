import { jetstreamManager } from '@nats-io/jetstream';
import { connect } from '@nats-io/transport-node';
import { messageOf } from '@rookery/common';
import { ENGINE_PORTS } from '@rookery/testing';

export const NATS_SERVER = `127.0.0.1:${ENGINE_PORTS.nats}`;

/** Does something in a namespace of its own, of which nothing is left on the server. */
export async function inOwnNamespace<T>(work: (namespace: string) => Promise<T>): Promise<T> {
  const namespace = `bench-${process.pid}-${Date.now()}`;
  const connection = await connect({ servers: [NATS_SERVER], reconnect: false }).catch((error: unknown) => {
    throw new Error(
      `The cases join-nats and leave-nats need NATS on ${NATS_SERVER}: ${messageOf(error)}. Start it.`,
    );
  });
  try {
    return await work(namespace);
  } finally {
    const { streams } = await jetstreamManager(connection);
    const names = (await streams.list().next()).map(({ config }) => config.name);
    await Promise.all(names.filter((name) => name.includes(namespace)).map((name) => streams.delete(name)));
    await connection.close();
  }
}
