import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { Test } from '@nestjs/testing';
import { ClientModule, getHttpClientToken, type HttpServiceClient } from '@rookery/client';
import { VirtualClock } from '@rookery/common/testing';
import { DiscoveryModule, memoryRegistry, ServiceRegistry } from '@rookery/discovery';
import { ResilienceModule } from '@rookery/resilience';

async function serve(listener: RequestListener): Promise<Server> {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}

describe('an HTTP client with a hedge', () => {
  it('is answered by another instance and hangs up on the slow one', async () => {
    const clock = new VirtualClock();
    const reached: number[] = [];
    let hungUp!: () => void;
    let arrived!: () => void;
    const gone = new Promise<void>((resolve) => (hungUp = resolve));
    const underWay = new Promise<void>((resolve) => (arrived = resolve));
    // Whichever instance is asked first never answers.
    const listener =
      (instance: number): RequestListener =>
      (request, response) => {
        reached.push(instance);
        if (reached.length > 1) {
          response.writeHead(200, { 'content-type': 'application/json' }).end('"quick"');
          return;
        }
        request.socket.once('close', hungUp);
        arrived();
      };
    const servers = [await serve(listener(0)), await serve(listener(1))];
    const app = await Test.createTestingModule({
      imports: [
        ResilienceModule.forRoot({ clock, policies: { users: { hedge: { delay: 100 } } } }),
        DiscoveryModule.forRoot({ registry: memoryRegistry(), advertise: false }),
        ClientModule.forFeature([{ service: 'user-service', policy: 'users' }]),
      ],
    }).compile();
    await app.init();
    for (const [index, server] of servers.entries()) {
      const { port } = server.address() as AddressInfo;
      const id = `user-${index}`;
      await app.get(ServiceRegistry).register({ id, service: 'user-service', host: '127.0.0.1', port });
    }

    const client = app.get<HttpServiceClient>(getHttpClientToken('user-service'));
    const answer = client.get('/users/7');
    await underWay;
    await clock.advance(100);
    await expect(answer).resolves.toBe('quick');
    await gone;
    expect(new Set(reached)).toEqual(new Set([0, 1]));

    await app.close();
    for (const server of servers) {
      server.closeAllConnections();
      server.close();
    }
  });
});
