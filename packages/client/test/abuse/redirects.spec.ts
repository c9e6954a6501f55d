import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  ClientModule,
  getHttpClientToken,
  type HttpServiceClient,
  type TransportName,
} from '@rookery/client';
import { DiscoveryModule, memoryRegistry, ServiceRegistry } from '@rookery/discovery';
import { ResilienceModule } from '@rookery/resilience';

const servers: Server[] = [];
const apps: TestingModule[] = [];
afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function serve(listener: RequestListener) {
  const seen: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    seen.push(request);
    listener(request, response);
  });
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { seen, port, url: `http://127.0.0.1:${port}` };
}

/** A client whose every request carries a credential. */
async function clientOf(port: number, transport: TransportName): Promise<HttpServiceClient> {
  const module = await Test.createTestingModule({
    imports: [
      ResilienceModule.forRoot(),
      DiscoveryModule.forRoot({ registry: memoryRegistry(), advertise: false }),
      ClientModule.forFeature([{ service: 'users', transport, headers: { authorization: 'Bearer secret' } }]),
    ],
  }).compile();
  apps.push(module);
  const app = await module.init();
  await app.get(ServiceRegistry).register({ service: 'users', host: '127.0.0.1', port });
  return app.get<HttpServiceClient>(getHttpClientToken('users'), { strict: false });
}

const TRANSPORTS: TransportName[] = ['axios', 'undici'];

describe.each(TRANSPORTS)('an instance that sends its callers elsewhere, over %s', (transport) => {
  it.each([301, 302, 303, 307, 308])(
    'is not followed to another service with %d, nor with credentials',
    async (status) => {
      const trap = await serve((_request, response) => response.end());
      const users = await serve((_request, response) =>
        response.writeHead(status, { location: `${trap.url}/steal` }).end(),
      );
      const client = await clientOf(users.port, transport);
      for (const call of [client.get('/users/1'), client.post('/users', { password: 'secret' })])
        await expect(call).rejects.toMatchObject({ code: 'HTTP_STATUS', status });
      expect(users.seen.map(({ headers }) => headers.authorization)).toEqual([
        'Bearer secret',
        'Bearer secret',
      ]);
      expect(trap.seen).toEqual([]);
    },
  );

  it('is not followed within itself either', async () => {
    const users = await serve((_request, response) => response.writeHead(302, { location: '/admin' }).end());
    const client = await clientOf(users.port, transport);
    await expect(client.get('/users/1')).rejects.toMatchObject({ status: 302 });
    expect(users.seen.map(({ url }) => url)).toEqual(['/users/1']);
  });

  it('is called itself, whatever proxy the environment names', async () => {
    const trap = await serve((_request, response) => response.end('{}'));
    const users = await serve((_request, response) => response.end());
    const before = process.env['HTTP_PROXY'];
    process.env['HTTP_PROXY'] = process.env['http_proxy'] = trap.url;
    try {
      await (await clientOf(users.port, transport)).get('/users/1');
    } finally {
      delete process.env['http_proxy'];
      if (before === undefined) delete process.env['HTTP_PROXY'];
      else process.env['HTTP_PROXY'] = before;
    }
    expect([users.seen.length, trap.seen.length]).toEqual([1, 0]);
  });
});

describe.each(TRANSPORTS)('a value that a user has sent for a part of the path, over %s', (transport) => {
  it.each([
    ['../admin', '/users/..%2Fadmin'],
    ['@evil.example', '/users/%40evil.example'],
    ['1?admin=1', '/users/1%3Fadmin%3D1'],
    ['1#x', '/users/1%23x'],
    ['%2e%2e', '/users/%252e%252e'],
    ['1\r\nHost: evil', '/users/1%0D%0AHost%3A%20evil'],
    ['//evil.example', '/users/%2F%2Fevil.example'],
    ['__proto__', '/users/__proto__'],
  ])('stays in its place: %j', async (id, path) => {
    const users = await serve((_request, response) => response.end());
    await (await clientOf(users.port, transport)).get('/users/:id', { params: { id } });
    expect(users.seen.map(({ url }) => url)).toEqual([path]);
  });

  it.each(['.', '..', ''])('is refused when it would climb the path: %j', async (id) => {
    const users = await serve((_request, response) => response.end());
    const client = await clientOf(users.port, transport);
    await expect(client.get('/users/:id', { params: { id } })).rejects.toThrow(
      'must not be empty, "." or ".."',
    );
    expect(users.seen).toEqual([]);
  });
});
