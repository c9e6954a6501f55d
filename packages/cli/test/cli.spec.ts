import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sleep, systemClock } from '@rookery/common';
import { leaseFileRegistry, type Registration, ServiceRegistry } from '@rookery/discovery';
import { eventually } from '@rookery/discovery/testing';
import { Programs, type Run } from './programs.js';

const soon = <T>(look: () => T | Promise<T>) => eventually((ms) => sleep(systemClock, ms), look);

describe('rookery as a program', () => {
  let directory: string;
  let registry: ServiceRegistry;
  let programs: Programs;

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rookery-cli-'));
    programs = new Programs(directory);
    const backend = leaseFileRegistry({ directory });
    await backend.open?.();
    registry = new ServiceRegistry({ backend });
  });
  afterEach(async () => {
    await programs.end();
    await registry.close();
    await rm(directory, { recursive: true });
  });

  const register = (service: string, id: string, port = 3000): Promise<Registration> =>
    registry.register({ service, id, host: '127.0.0.1', port, version: '1.2.3', zone: 'a' });
  const start = (...call: Parameters<Programs['rookery']>): Run => programs.rookery(...call);
  const finish = (...call: Parameters<Programs['finish']>) => programs.finish(...call);
  const here = () => ['--directory', directory];

  it('lists the instances of real lease files', async () => {
    await register('users', 'users-2');
    await register('users', 'users-1');
    await register('orders', 'orders-1', 4000);
    const { code, out, err } = await finish(['instances', ...here()]);
    expect([code, err]).toEqual([0, '']);
    const rows = out
      .trimEnd()
      .split('\n')
      .map((line) => line.split(/ {2,}/));
    expect(rows.map((row) => row.slice(0, 7))).toEqual([
      ['SERVICE', 'ID', 'ADDRESS', 'STATUS', 'SHARE', 'VERSION', 'ZONE'],
      ['orders', 'orders-1', 'http://127.0.0.1:4000', 'up', '100%', '1.2.3', 'a'],
      ['users', 'users-1', 'http://127.0.0.1:3000', 'up', '50%', '1.2.3', 'a'],
      ['users', 'users-2', 'http://127.0.0.1:3000', 'up', '50%', '1.2.3', 'a'],
    ]);
  });

  it('prints JSON, of the services that were named', async () => {
    const { instance } = await register('users', 'users-1');
    await register('orders', 'orders-1');
    const { code, out } = await finish(['instances', 'users', '--json', ...here()]);
    expect([code, JSON.parse(out)]).toEqual([0, [instance]]);
  });

  it('looks where apps register that name no directory', async () => {
    const env = { ...process.env, TMPDIR: directory };
    const empty = await finish(['instances'], env);
    expect([empty.code, empty.out]).toEqual([0, '']);
    expect(empty.err).toContain(`Nobody is registered in lease files in ${directory}`);
    expect(await readdir(directory)).toEqual(['default']); // looking makes nothing
  });

  it('says by its exit code that nobody is there, and that nobody knows', async () => {
    await register('users', 'users-1');
    const nobody = await finish(['instances', 'users', 'payments', ...here()]);
    expect(nobody.code).toBe(1);
    expect(nobody.out).toContain('users-1');
    expect(nobody.err).toContain('No instance of payments in lease files in');
    const misspelt = await finish(['instances', ...here(), '--namespace', 'other']);
    expect([misspelt.code, misspelt.out]).toEqual([2, '']);
    expect(misspelt.err).toContain(`There is no directory ${join(directory, 'other')}`);
    const unknown = await finish(['ls']);
    expect([unknown.code, unknown.out]).toEqual([2, '']);
    expect(unknown.err).toBe(
      'rookery: There is no command "ls". Commands: instances, watch, top, drain. See rookery --help.\n',
    );
    const impossible = await finish(['instances', 'a/b\u001b[31m', ...here()]);
    expect([impossible.code, impossible.out]).toEqual([2, '']);
    expect(impossible.err).not.toContain('\u001b');
    const version = await finish(['--version']);
    expect([version.code, version.out]).toEqual([0, expect.stringMatching(/^\d+\.\d+\.\d+\n$/)]);
    const help = await finish(['--help']);
    expect([help.code, help.err]).toEqual([0, '']);
    expect(help.out).toContain('rookery instances [service ...]');
  });

  it.each(['redis://:s3cret@127.0.0.1', 'nats://jo:s3cr#s3cret@h', 'jo:s3cret@127.0.0.1', 's3cret:x@h'])(
    'does not repeat the password of an address that is no module: %s',
    async (address) => {
      const { code, out, err } = await finish(['instances', '--registry', address]);
      expect([code, out]).toEqual([2, '']);
      expect(err).not.toContain('s3cret');
      expect(err).toContain('Name a module that exports a registry, such as redisRegistry({ url }).');
    },
  );

  it('tells a file from a package of that name', async () => {
    await writeFile(join(directory, 'near.mjs'), 'export default undefined');
    const { code, err } = await finish(['instances', '--registry', 'near.mjs']);
    expect([code, err]).toEqual([2, expect.stringContaining('Write ./near.mjs for the file.')]);
  });

  it('watches who comes, changes and goes, new services too, until it is told to stop', async () => {
    await register('users', 'users-1');
    const run = start(['watch', ...here()]);
    const lines = () =>
      run.printed.out
        .trimEnd()
        .split('\n')
        .map((line) => line.replace(/^\S+ /, ''));
    await soon(() => expect(lines()).toEqual(['+ users users-1 http://127.0.0.1:3000 up']));
    const late = await register('orders', 'orders-1');
    await soon(() => expect(lines()).toContain('+ orders orders-1 http://127.0.0.1:3000 up'));
    await late.update({ status: 'draining' });
    await soon(() => expect(lines()).toContain('~ orders orders-1 http://127.0.0.1:3000 draining'));
    await registry.deregister('orders', 'orders-1');
    await soon(() => expect(lines()).toContain('- orders orders-1 http://127.0.0.1:3000 draining'));
    run.process.kill('SIGINT');
    expect(await run.ended).toBe(0);
    expect(run.printed.err).toBe('');
  }, 20_000);

  it('watches as lines of JSON', async () => {
    const { instance } = await register('users', 'users-1');
    const run = start(['watch', 'users', '--json', ...here()]);
    await soon(() => expect(run.printed.out).toContain('\n'));
    expect(JSON.parse(run.printed.out)).toEqual({ at: expect.any(String), change: 'came', instance });
    run.process.stdout?.destroy(); // the reader has seen enough
    await register('users', 'users-2');
    expect(await run.ended).toBe(0);
  }, 20_000);

  it('shows the instances again and again', async () => {
    await register('users', 'users-1');
    const top = await finish(['top', '--interval', '100ms', '--count', '2', ...here()]);
    expect(top.code).toBe(0);
    expect(top.out.match(/1 up, 0 draining in lease files in/g)).toHaveLength(2);
    expect(top.out).not.toContain('\u001b');
    const json = await finish(['top', '--count', '1', '--json', ...here()]);
    expect(JSON.parse(json.out)).toMatchObject({ stale: false, instances: [{ id: 'users-1' }] });
    const endless = start(['top', ...here()]);
    await soon(() => expect(endless.printed.out).toContain('users-1'));
    endless.process.kill('SIGTERM');
    expect(await endless.ended).toBe(0);
  }, 20_000);

  it('reads any registry that a module exports, and says what is wrong with one that it cannot read', async () => {
    const instance = `{ id: 'f-1', service: 'far', host: 'h', port: 1, protocol: 'http', version: '1', weight: 1, metadata: {}, status: 'up', startedAt: 0 }`;
    await writeFile(
      join(directory, 'far.mjs'),
      `const answer = async () => ({ revision: 1, instances: [${instance}] });
       let asked = 0;
       const make = (list) => ({ description: 'far away', reach: 'network', list, services: async () => ['far'],
         register() {}, cleanup() {}, async *watch() {} });
       export default make(answer);
       export const later = async () => make(answer);
       export const down = make(async () => { throw new Error('connection \\u001b[31mrefused'); });
       export const failing = make(async () => { asked += 1; if (asked > 1) throw new Error('gone'); return answer(); });
       export const nothing = { list: 1 };`,
    );
    for (const name of ['./far.mjs', './far.mjs#later', join(directory, 'far.mjs#default')])
      expect(await finish(['instances', '--registry', name])).toMatchObject({
        code: 0,
        out: expect.stringContaining('f-1'),
      });
    const down = await finish(['instances', '--registry', './far.mjs#down']);
    expect(down).toEqual({
      code: 2,
      out: '',
      err: 'rookery: The registry cannot be read: connection ?[31mrefused\n',
    });
    const failing = await finish([
      'top',
      '--registry',
      './far.mjs#failing',
      '--count',
      '2',
      '--interval',
      '100ms',
    ]);
    expect(failing.code).toBe(0);
    expect(failing.out.match(/f-1/g)).toHaveLength(2);
    expect(failing.out).toContain('as it was, the registry does not answer: gone');
    for (const [name, message] of [
      ['./far.mjs#nope', 'does not export nope. It exports default, down, failing, later, nothing.'],
      [
        './far.mjs#nothing',
        'It is no registry. Invalid value an object. Use an object with the methods of RegistryBackend',
      ],
      ['./none.mjs', 'The module cannot be loaded'],
      ['no-such-package', 'The module cannot be loaded'],
    ] as const) {
      const { code, err } = await finish(['instances', '--registry', name]);
      expect([code, err]).toEqual([2, expect.stringContaining(message)]);
    }
  }, 30_000);
});
