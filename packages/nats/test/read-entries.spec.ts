import { engineAnswers } from '@rookery/testing';
import { jetstream, jetstreamManager, type JetStreamManager } from '@nats-io/jetstream';
import { type KV, Kvm } from '@nats-io/kv';
import { connect, type NatsConnection } from '@nats-io/transport-node';
import { readEntries } from '../src/connection/read-entries.js';
import { newNamespace, SERVERS } from './buckets.js';

const describeWithNats = (await engineAnswers('nats')) ? describe : describe.skip;

describeWithNats('the reading of a bucket in which others write', () => {
  let connection: NatsConnection;
  let manager: JetStreamManager;
  let bucket: KV;
  let stream: string;

  beforeEach(async () => {
    connection = await connect({ servers: SERVERS });
    manager = await jetstreamManager(connection);
    const name = newNamespace();
    bucket = await new Kvm(jetstream(connection)).create(name, { history: 1 });
    stream = `KV_${name}`;
    for (const key of ['s.a', 's.b', 's.c']) await bucket.put(key, 'first');
  });
  afterEach(async () => {
    await bucket.destroy();
    await connection.close();
  });

  const keysRead = async () => {
    const entries = await readEntries({ connection, manager, bucket }, stream, 's.>');
    return new Set(entries.map(({ key }) => key));
  };
  /** Writes something after each question which entry is the last; returns how often it was asked. */
  const writeAfter = (write: (asked: number) => Promise<unknown>) => {
    const { streams } = manager;
    const ask = streams.getMessage.bind(streams);
    let asked = 0;
    streams.getMessage = async (...question) => {
      asked += 1;
      const last = await ask(...question);
      await write(asked);
      return last;
    };
    return () => asked;
  };

  it('has an entry that is written again before it is reached', async () => {
    writeAfter(async (asked) => asked === 1 && bucket.put('s.a', 'again'));
    expect(await keysRead()).toEqual(new Set(['s.a', 's.b', 's.c']));
  });

  it('has entries that are written again before they are reached, time after time', async () => {
    const beats = [['s.a', 's.b'], ['s.a', 's.c'], ['s.b']];
    writeAfter(async (asked) => {
      for (const key of beats[asked - 1] ?? []) await bucket.put(key, 'again');
    });
    expect(await keysRead()).toEqual(new Set(['s.a', 's.b', 's.c']));
  });

  it('asks twice when nobody writes, and reads nothing where nothing is', async () => {
    const asked = writeAfter(async () => {});
    expect(await keysRead()).toEqual(new Set(['s.a', 's.b', 's.c']));
    expect(asked()).toBe(2);
    const others = await readEntries({ connection, manager, bucket }, stream, 'other.>');
    expect(others).toEqual([]);
  });
});
