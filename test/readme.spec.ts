import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { jest } from '@jest/globals';
import { type INestApplication, Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ServiceRegistry } from '@rookery/discovery';
import { EventBus } from '@rookery/events';
import { eventually } from '@rookery/testing';
import { AppModule, Users } from '../docs/examples/order-service.js';

const root = join(import.meta.dirname, '..');
const readme = readFileSync(join(root, 'README.md'), 'utf8');
const example = readFileSync(join(root, 'docs/examples/order-service.ts'), 'utf8');
const story = /\/\/ #region story\n(.*)\/\/ #endregion/s.exec(example)?.[1]?.trim() ?? '';

// The example takes the defaults, which live among the temporary files.
const directory = mkdtempSync(join(tmpdir(), 'rookery-readme-'));
let app: INestApplication;

beforeAll(async () => {
  process.env['TMPDIR'] = directory;
  const module = await Test.createTestingModule({ imports: [AppModule] }).compile();
  app = module.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
});

afterAll(async () => {
  await app.close();
  rmSync(directory, { recursive: true });
});

describe('the README', () => {
  it('shows the example that these tests run', () => {
    expect(readme).toContain('```ts\n' + story + '\n```');
  });

  it('names only scripts that exist', () => {
    const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: object };
    const named = [...readme.matchAll(/npm (?:run ([\w:]+)|(test))/g)].map(
      ([, script, test]) => script ?? test,
    );
    expect(Object.keys(scripts)).toEqual(expect.arrayContaining(named));
  });

  it('lists every package', () => {
    for (const name of readdirSync(join(root, 'packages'))) {
      expect(readme).toContain('`@rookery/' + name + '`');
    }
  });
});

describe("the README's example", () => {
  it('falls back while nobody answers, and finds a user as soon as somebody registers', async () => {
    const users = app.get(Users);
    await expect(users.find('7')).resolves.toEqual({ id: '7', name: 'unknown' });
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' }).end('{"id":"7","name":"Ada"}');
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const registration = await app
      .get(ServiceRegistry)
      .register({ service: 'user-service', host: '127.0.0.1', port, protocol: 'http' });
    await expect(users.find('7')).resolves.toEqual({ id: '7', name: 'Ada' });
    await registration.leave();
    server.closeAllConnections();
    await once(server.close(), 'close');
  });

  it('greets a new user', async () => {
    const log = jest.spyOn(Logger.prototype, 'log').mockImplementation(() => undefined);
    await app.get(EventBus).publish('user.created', { id: '7', name: 'Ada' });
    await eventually('the greeting', () => log.mock.calls.some(([line]) => line === 'Welcome, Ada'));
    log.mockRestore();
  });

  it('reports its health', async () => {
    const response = await fetch(`${await app.getUrl()}/health/live`);
    expect(response.status).toBe(200);
  });
});
