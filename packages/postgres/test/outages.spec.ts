import { setTimeout as pause } from 'node:timers/promises';
import { seededRandom } from '@rookery/common/testing';
import { systemClock } from '@rookery/common';
import { type Broker, type Message } from '@rookery/events';
import { RecordingLog } from '@rookery/events/testing';
import { postgresBroker } from '@rookery/postgres';
import { engineAnswers, EngineServer, eventually, TcpLink } from '@rookery/testing';
import { sql } from './real-postgres.js';

const describeWithPostgres = (await engineAnswers('postgres')) ? describe : describe.skip;

describeWithPostgres('a database that breaks', () => {
  let server: EngineServer;
  let log: RecordingLog;
  const open: { close(): unknown }[] = [];
  const urlOf = (port: number) => `postgres://postgres@127.0.0.1:${port}/postgres`;

  beforeAll(async () => (server = await EngineServer.start('postgres')));
  afterAll(() => server.dispose());
  beforeEach(async () => {
    log = new RecordingLog();
    await sql('DROP SCHEMA IF EXISTS rookery CASCADE', urlOf(server.port));
  });
  afterEach(async () => {
    for (const one of open.splice(0).toReversed()) await one.close();
  });

  async function brokerAt(port: number): Promise<Broker> {
    const factory = postgresBroker({ url: urlOf(port), timeout: '1s' });
    const broker = factory({ clock: systemClock, random: seededRandom(1), log });
    await broker.open();
    open.push(broker);
    return broker;
  }
  const consumer = { group: 'g', handler: 'h', patterns: ['>'] };
  const message = (id: number): Message => ({ source: 's', id: String(id), type: 't', body: '{}' });
  async function consume(broker: Broker): Promise<string[]> {
    const seen: string[] = [];
    await broker.consume(consumer, { concurrency: 5 }, async ({ message: { id } }) => {
      seen.push(id);
      return { kind: 'done' };
    });
    return seen;
  }

  it('and is killed loses nothing that was acknowledged, and consumers go on when it is back', async () => {
    const broker = await brokerAt(server.port);
    const seen = await consume(broker);
    const acknowledged: string[] = [];
    let next = 0;
    let down = false;
    const refused: unknown[] = [];
    const publishing = (async () => {
      while (acknowledged.length < 300 || refused.length === 0) {
        next += 1;
        const id = next;
        await broker.publish(message(id)).then(
          () => acknowledged.push(String(id)),
          async (error: unknown) => {
            refused.push(error);
            await pause(20);
          },
        );
        if (acknowledged.length === 100 && !down) {
          down = true;
          await server.kill();
          // Longer than a turn of the upkeep, which is to notice.
          setTimeout(() => void server.up(), 1_500);
        }
      }
    })();
    await publishing;
    expect(refused[0]).toMatchObject({ code: 'POSTGRES_UNAVAILABLE', retryable: true, status: 503 });
    await eventually('all are handled', () => acknowledged.every((id) => seen.includes(id)), {
      within: 20_000,
    });
    await eventually('it says so', () => log.of('log').some((line) => line.includes('kept up again')));
  }, 60_000);

  it('and cuts its connections is asked again, and an event is stored once and said to be new', async () => {
    const link = await TcpLink.to(server.port);
    open.push(link);
    const broker = await brokerAt(link.port);
    const seen = await consume(broker);
    const published = Array.from({ length: 200 }, (_, id) => async () => {
      if (id % 10 === 0) setImmediate(() => link.cut());
      return broker.publish(message(id));
    });
    const results: unknown[] = [];
    for (const publish of published) results.push(await publish().catch(String));
    expect(results.filter((result) => JSON.stringify(result) !== '{"duplicate":false}')).toEqual([]);
    await eventually('all are handled', () => new Set(seen).size === 200, { within: 20_000 });
    const url = urlOf(server.port);
    expect(await sql('SELECT count(*)::int AS n FROM rookery.log', url)).toEqual([{ n: 200 }]);
  }, 60_000);

  it('and ends its connections in good order loses no event and no result, and refuses none', async () => {
    const broker = await brokerAt(server.port);
    const seen = await consume(broker);
    const others =
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = $$client backend$$';
    let ended = 0;
    for (let id = 0; id < 150; id += 1) {
      if (id % 30 === 0) ended += (await sql(others, urlOf(server.port))).length;
      expect(await broker.publish(message(id))).toEqual({ duplicate: false });
    }
    expect(ended).toBeGreaterThan(0);
    await eventually('all are handled', () => new Set(seen).size === 150, { within: 20_000 });
    await eventually('all results are stored', async () => (await broker.status())[0]?.inFlight === 0);
    // A claim whose answer was lost comes again with its lease; nothing else was handled twice.
    expect(log.of('error').filter((line) => line.includes('was not stored'))).toEqual([]);
  }, 60_000);

  it('and is down for longer than anybody may be silent lets nobody take what others are working on', async () => {
    const brokers = [await brokerAt(server.port), await brokerAt(server.port)];
    const begun: string[] = [];
    let finish: () => void = () => {};
    const finished = new Promise<void>((resolve) => (finish = resolve));
    for (const broker of brokers) {
      await broker.consume(consumer, { concurrency: 2 }, async ({ message: { id } }) => {
        begun.push(id);
        await finished;
        return { kind: 'done' };
      });
    }
    for (let id = 0; id < 4; id += 1) await brokers[0]?.publish(message(id));
    await eventually('all have begun', () => begun.length === 4);
    await server.kill();
    await pause(4_500);
    await server.up();
    const beats = "SELECT 1 FROM rookery.node WHERE seen > extract(epoch FROM now() - interval '2 s') * 1000";
    await eventually('both are back', async () => (await sql(beats, urlOf(server.port))).length === 2);
    // Longer than it takes to find somebody who is silent.
    await pause(5_000);
    finish();
    await eventually('all results are stored', async () => (await brokers[1]?.status())?.[0]?.inFlight === 0);
    expect(begun.toSorted()).toEqual(['0', '1', '2', '3']);
    expect(log.of('log').filter((line) => line.includes('A process ended'))).toEqual([]);
  }, 60_000);

  it('and says nothing any more is given up after the timeout', async () => {
    const link = await TcpLink.to(server.port);
    open.push(link);
    const broker = await brokerAt(link.port);
    await broker.publish(message(1));
    link.silence();
    await expect(broker.publish(message(2))).rejects.toMatchObject({ code: 'POSTGRES_UNAVAILABLE' });
    link.restore();
    await eventually('it answers again', () => broker.publish(message(3)));
  }, 60_000);

  it('hears of what another process publishes at once', async () => {
    const [one, two] = [await brokerAt(server.port), await brokerAt(server.port)];
    const seen = await consume(one);
    await eventually('it listens', async () => {
      const listening = "SELECT 1 FROM pg_stat_activity WHERE query LIKE 'SELECT pg_try_advisory_lock%'";
      return (await sql(listening, urlOf(server.port))).length === 2;
    });
    // Far fewer turns of the loop than the poll has between two looks.
    for (let id = 0; id < 5; id += 1) {
      await two.publish(message(id));
      await eventually('it is there', () => seen.length === id + 1, { every: 1 });
    }
  });
});
