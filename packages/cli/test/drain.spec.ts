import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { sleep, systemClock } from '@rookery/common';
import {
  CONTROL_SERVICE,
  leaseFileRegistry,
  type RegistryBackend,
  ServiceRegistry,
} from '@rookery/discovery';
import { eventually, sampleInstance } from '@rookery/discovery/testing';
import { Programs, type Run } from './programs.js';

const APP = fileURLToPath(new URL('fixtures/app.mjs', import.meta.url));
const { signal } = new AbortController();
const soon = <T>(look: () => T | Promise<T>) => eventually((ms) => sleep(systemClock, ms), look);

describe('rookery drain', () => {
  let directory: string;
  let backend: RegistryBackend;
  /** Instances that nobody but this test registers, and that follow no requests. */
  let deaf: ServiceRegistry;
  let programs: Programs;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rookery-drain-'));
    backend = leaseFileRegistry({ directory });
    deaf = new ServiceRegistry({ backend });
    programs = new Programs(directory);
  });
  afterEach(async () => {
    await programs.end();
    await deaf.close();
    await rm(directory, { recursive: true });
  });

  const listed = async (service = 'users') => (await backend.list(service, signal)).instances;
  const statuses = async () => (await listed()).map(({ status }) => status);
  const drain = (...args: string[]) => programs.finish(['drain', ...args, '--directory', directory]);
  const register = (service: string, id: string) =>
    deaf.register({ service, id, host: '127.0.0.1', port: 1 });
  const startApp = async (...args: string[]): Promise<{ app: Run; id: string }> => {
    const app = programs.start(APP, [directory, ...args], { ...process.env, NO_COLOR: '1' });
    const [instance] = await soon(async () => {
      const found = await listed();
      expect(found).toHaveLength(1);
      return found;
    });
    return { app, id: instance?.id ?? '' };
  };

  it('marks another process as draining, which says who asked, until it is undone', async () => {
    const { app, id } = await startApp();
    await register('users', 'users-2');
    expect(await drain(id)).toEqual({
      code: 0,
      out: `${id} of users is draining. New calls go to the others.\n`,
      err: '',
    });
    expect((await listed()).find((instance) => instance.id === id)?.status).toBe('draining');
    expect(app.printed.out).toMatch(
      new RegExp(`users \\(${id}\\) drains: it goes on serving, .*Asked for by "[^"@]+@[^"]+"\\.`),
    );
    const undone = await drain(id, '--undo', '--json');
    expect([undone.code, JSON.parse(undone.out)]).toEqual([
      0,
      { at: expect.any(String), service: 'users', id, asked: 'up', answered: true, status: 'up' },
    ]);
    expect(await statuses()).toEqual(['up', 'up']);
    expect(app.printed.out).toContain(`users (${id}) no longer drains.`);
  });

  it('leaves nothing behind, and neither it nor its requests are taken for a service', async () => {
    const { app, id } = await startApp();
    const alone = await drain(id);
    expect([alone.code, alone.out]).toEqual([
      0,
      `${id} of users is draining. No other instance is up, so it is still called until one is.\n`,
    ]);
    const left = { ...sampleInstance({ id: 'left' }), service: CONTROL_SERVICE };
    await backend.register(left, 60_000, signal);
    expect(await deaf.services()).toEqual(['users']);
    const instances = await programs.finish(['instances', '--json', '--directory', directory]);
    expect((JSON.parse(instances.out) as object[]).length).toBe(1);
    const top = await programs.finish(['top', '--count', '1', '--directory', directory]);
    expect(top.out).toContain('0 up, 1 draining');
    expect(top.out).not.toContain(CONTROL_SERVICE);
    const named = await programs.finish(['instances', CONTROL_SERVICE, '--json', '--directory', directory]);
    expect((JSON.parse(named.out) as { id: string }[]).map((entry) => entry.id)).toEqual(['left']);
    app.process.kill('SIGTERM');
    await app.ended;
    expect(await statuses()).toEqual([]);
  });

  it('gives up on a process that hangs, which does not do later what was taken back', async () => {
    const { app, id } = await startApp();
    app.process.kill('SIGSTOP');
    const hung = await drain(id, '--timeout', '500ms');
    expect([hung.code, hung.out]).toEqual([1, '']);
    expect(hung.err).toMatch(
      /has not answered within 500 ms, and the request was taken back\. Its process may hang;/,
    );
    app.process.kill('SIGCONT');
    expect((await drain(id, '--undo', '--timeout', '20s')).code).toBe(0);
    expect(await statuses()).toEqual(['up']);
    expect(app.printed.out).not.toContain('drains:');
  });

  it('gets no answer from one that is not drainable', async () => {
    const { id } = await startApp('never');
    const { code, out, err } = await drain(id, '--timeout', '500ms', '--json');
    expect([code, JSON.parse(out)]).toEqual([
      1,
      { at: expect.any(String), service: 'users', id, asked: 'draining', answered: false },
    ]);
    expect(err).toContain('it may not follow requests (advertise: { drainable: false }');
    expect(await statuses()).toEqual(['up']);
    expect(await listed(CONTROL_SERVICE)).toEqual([]);
  });

  it('names the instances that there are when it does not find one', async () => {
    await register('users', 'users-1');
    await register('orders', 'orders-1');
    const unknown = await drain('users-9');
    expect([unknown.code, unknown.out]).toEqual([1, '']);
    expect(unknown.err).toBe(
      `No instance users-9 in lease files in ${join(directory, 'default')}. There are orders-1, users-1.\n`,
    );
    for (let more = 1; more <= 22; more += 1) await register('many', `many-${more}`);
    expect((await drain('x')).err).toContain(' and 4 more.');
    const env = { ...process.env, TMPDIR: directory };
    const nobody = await programs.finish(['drain', 'x'], env);
    expect([nobody.code, nobody.err]).toEqual([1, expect.stringContaining('There is nobody.')]);
    const elsewhere = await drain('users-1', '--service', 'orders');
    expect(elsewhere).toMatchObject({
      code: 1,
      err: `No instance users-1 of orders in lease files in ${join(directory, 'default')}. It is an instance of users.\n`,
    });
    const misspelt = await drain('users-1', '--service', 'order');
    expect(misspelt.err).toContain('It is an instance of users.');
    const evil = await drain('a\u001b[31mb');
    expect(evil.err).toContain('No instance a?[31mb in');
  });

  it('asks for the service where several have an instance of that id', async () => {
    await register('users', 'same');
    await register('orders', 'same');
    const unclear = await drain('same');
    expect(unclear.code).toBe(2);
    expect(unclear.err).toContain('same is an instance of orders, users. Name one with --service.');
    const clear = await drain('same', '--service', 'users', '--timeout', '300ms');
    expect([clear.code, clear.err]).toEqual([1, expect.stringContaining('same of users has not answered')]);
  });

  it('takes its request back when it is told to stop', async () => {
    await register('users', 'users-1');
    const run = programs.rookery(['drain', 'users-1', '--directory', directory]);
    await soon(async () => expect(await listed(CONTROL_SERVICE)).toHaveLength(1));
    run.process.kill('SIGINT');
    expect(await run.ended).toBe(1);
    expect(run.printed).toEqual({ out: '', err: 'The request was taken back before it was answered.\n' });
    expect(await listed(CONTROL_SERVICE)).toEqual([]);
    const files = await readdir(directory, { recursive: true });
    expect(files.filter((file) => file.includes('control') && /json|tmp/.test(file))).toEqual([]);
  });

  it('says that one has left when it leaves instead of answering', async () => {
    await register('users', 'users-1');
    const run = programs.rookery(['drain', 'users-1', '--timeout', '2s', '--directory', directory]);
    await soon(async () => expect(await listed(CONTROL_SERVICE)).toHaveLength(1));
    await deaf.deregister('users', 'users-1');
    expect(await run.ended).toBe(1);
    expect(run.printed.err).toBe('users-1 of users has left the registry.\n');
  });

  it('cannot ask where nobody registers, or where the registry takes nothing', async () => {
    const instance = `{ id: 'f-1', service: 'far', host: 'h', port: 1, protocol: 'http', version: '1', weight: 1, metadata: {}, status: 'up', startedAt: 0 }`;
    await writeFile(
      join(directory, 'far.mjs'),
      `const registry = { description: 'far away', reach: 'network', list: async () => ({ revision: 1, instances: [${instance}] }),
         services: async () => ['far'], register: async () => { throw new Error('disk full'); }, cleanup() {},
         async *watch() {} };
       export default registry;
       export const fixed = { ...registry, readOnly: true };`,
    );
    const fixed = await programs.finish(['drain', 'f-1', '--registry', './far.mjs#fixed']);
    expect([fixed.code, fixed.out]).toEqual([2, '']);
    expect(fixed.err).toContain('Nobody can be asked to drain in far away: it is only looked up');
    const full = await programs.finish(['drain', 'f-1', '--registry', './far.mjs', '--timeout', '500ms']);
    expect([full.code, full.out]).toEqual([2, '']);
    expect(full.err).toBe(
      'rookery: f-1 of far could not be asked: the registry has not taken the request within 500 ms: disk full\n',
    );
  });
});
