import { jetstream } from '@nats-io/jetstream';
import { Kvm } from '@nats-io/kv';
import { connect } from '@nats-io/transport-node';
import { NATS_SERVER } from '../nats-server.ts';
import { instanceOf, type Way } from './way.ts';

/** A key for each instance and the client's own watch, without anything of ours: no expiry, no check. */
export async function rawNats(place: string): Promise<Way> {
  const connection = await connect({ servers: [NATS_SERVER] });
  const bucket = await new Kvm(jetstream(connection)).create(`${place}-raw`, { history: 1 });
  return {
    join: (id) => bucket.put(id, JSON.stringify({ instance: instanceOf(id) })),
    leave: (id) => bucket.delete(id),
    async watch(onChange) {
      const entries = await bucket.watch({ include: 'updates' });
      const follow = async () => {
        for await (const { key, operation } of entries) onChange(key, operation === 'PUT');
      };
      void follow();
      return 0;
    },
  };
}
