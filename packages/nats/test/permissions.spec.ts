import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { recordWatch, sampleInstance } from '@rookery/discovery/testing';
import { natsRegistry } from '@rookery/nats';
import { engineAnswers, EngineServer, eventually } from '@rookery/testing';
import { jest } from '@jest/globals';
import { serversOf } from './real-nats.js';

jest.setTimeout(60_000);

const NEVER = new AbortController().signal;
const describeWithNats = (await engineAnswers('nats')) ? describe : describe.skip;

/** What the page names. */
const PAGE = join(import.meta.dirname, '../../../docs/discovery/nats.md');
const PUBLISH = (await readFile(PAGE, 'utf8')).match(/\$(JS|KV)\.\S+/g) ?? [];

describeWithNats('a nats that grants no more than the registry needs', () => {
  let directory: string;
  let server: EngineServer;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rookery-nats-rights-'));
    const permissions = { publish: PUBLISH, subscribe: ['_INBOX.>'] };
    const lacking = { ...permissions, publish: PUBLISH.filter((right) => !right.includes('MSG.GET')) };
    const users = [
      { user: 'app', password: 's3cret', permissions },
      { user: 'lacking', password: 's3cret', permissions: lacking },
    ];
    const file = join(directory, 'nats.conf');
    await writeFile(file, JSON.stringify({ authorization: { users } }));
    server = await EngineServer.start('nats', '-c', file);
  });
  afterAll(async () => {
    await server.dispose();
    await rm(directory, { recursive: true });
  });

  const as = (user: string, namespace = 'shop') =>
    natsRegistry({ servers: serversOf(server), namespace, timeout: '10s', client: { user, pass: 's3cret' } });

  it('serves it in full', async () => {
    const nats = as('app');
    await nats.open?.();
    const watch = recordWatch(nats, 'users');
    const lease = await nats.register(sampleInstance({ id: 'a' }), 60_000, NEVER);
    await lease.renew(NEVER);
    await nats.register(sampleInstance({ id: 'dead' }), 100, NEVER);
    await eventually('the list', () => watch.ids()?.join() === 'a');
    expect(await nats.services(NEVER)).toEqual(['users']);
    expect(await nats.cleanup(NEVER)).toBe(1);
    await lease.release(NEVER);
    await eventually('the leaving', () => watch.ids()?.length === 0);
    await watch.stop();
    expect(nats.counters?.()['watchesLost']).toBe(0);
  });

  it('serves a list that is so large that the server asks whether it has arrived', async () => {
    const nats = as('app');
    const metadata = { note: 'x'.repeat(3_000) };
    const all = Array.from({ length: 1_000 }, (_, index) => sampleInstance({ id: `id-${index}`, metadata }));
    const leases = await Promise.all(all.map((instance) => nats.register(instance, 60_000, NEVER)));
    expect((await nats.list('users', NEVER)).instances).toHaveLength(1_000);
    await Promise.all(leases.map((lease) => lease.release(NEVER)));
  });

  it('refuses what lies outside, and says what', async () => {
    await expect(as('app', 'other').open?.()).rejects.toThrow(/permissions violation/i);
    await expect(as('lacking').list('users', NEVER)).rejects.toThrow(/\$JS\.API\.STREAM\.MSG\.GET/);
  });
});
