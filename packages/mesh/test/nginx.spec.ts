import { type INestApplicationContext, Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { freePort } from '@rookery/testing';
import { MeshClient, MeshModule } from '../src/index.js';
import { findNginx, startNginx } from './nginx.js';
import { type Echo, echo, json, type Served, serve, stopServers } from './servers.js';

const nginx = findNginx();

(nginx === undefined ? describe.skip : describe)('a mesh of nginx sidecars', () => {
  let users: Served;
  let stopNginx: () => Promise<void>;
  let app: INestApplicationContext;
  let mesh: MeshClient;

  beforeAll(async () => {
    Logger.overrideLogger(false);
    users = await serve(echo);
    const overloaded = await serve(json(503, {}));
    const port = await freePort();
    stopNginx = startNginx(nginx ?? '', port, {
      'users.shop.svc.cluster.local': [users.port],
      'flaky.shop.svc.cluster.local': [overloaded.port, users.port],
    });
    const proxy = `http://127.0.0.1:${port}`;
    // Nothing waits for nginx but the client itself, so this proves `waitFor` as well.
    const waitFor = { url: `${proxy}/healthz/ready`, timeout: '10s' } as const;
    app = await Test.createTestingModule({
      imports: [MeshModule.forRoot({ proxy, namespace: 'shop', waitFor })],
    }).compile();
    mesh = app.get(MeshClient);
  }, 20_000);

  afterAll(async () => {
    await app?.close();
    await stopNginx?.();
    await stopServers();
  });

  it('gets a call to its service, with its name', async () => {
    const answer = await mesh.call<Echo>('users', 'users/find me', { id: 1 });
    expect(answer).toMatchObject({
      method: 'POST',
      url: '/users/find%20me',
      body: '{"id":1}',
      headers: { host: 'users.shop.svc.cluster.local' },
    });
  });

  it('answers for a service that it does not know', async () => {
    await expect(mesh.call('nobody', 'find')).rejects.toMatchObject({
      status: 503,
      body: 'no healthy upstream',
    });
  });

  it('retries on another instance, which is why the client does not', async () => {
    const before = users.seen.length;
    for (let call = 0; call < 10; call++) {
      await expect(mesh.call('flaky', 'find', { call })).resolves.toMatchObject({ body: `{"call":${call}}` });
    }
    expect(users.seen.length - before).toBe(10);
  });
});
