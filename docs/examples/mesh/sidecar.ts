import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MeshClient, MeshModule, type MeshStatusError } from '@rookery/mesh';

// Stands for the proxy beside the app: it answers for one service and knows no other.
const sidecar = createServer((request, response) => {
  if (request.url === '/healthz/ready') return response.end();
  if (request.headers.host !== 'user-service.shop.svc.cluster.local') {
    return response.writeHead(503).end('no healthy upstream');
  }
  response.setHeader('content-type', 'application/json');
  return response.end(JSON.stringify({ host: request.headers.host, path: request.url }));
});
sidecar.listen(0, '127.0.0.1');
await once(sidecar, 'listening');
const port = (sidecar.address() as AddressInfo).port;

// #region example
@Injectable()
export class Users {
  constructor(private readonly mesh: MeshClient) {}

  find(id: number) {
    return this.mesh.call<{ host: string; path: string }>('user-service', 'users/find', { id });
  }

  pay(id: number) {
    return this.mesh.call('payment-service', 'pay', { id }, { timeout: '2s' });
  }
}

@Module({
  imports: [
    MeshModule.forRoot({
      namespace: 'shop',
      proxy: `http://127.0.0.1:${port}`, // left out: the mesh intercepts the calls, as Istio and Linkerd do
      waitFor: { url: `http://127.0.0.1:${port}/healthz/ready` }, // the app starts when the sidecar is ready
    }),
  ],
  providers: [Users],
})
export class AppModule {}

export async function run(print: (line: string) => void): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  const users = app.get(Users);
  const { host, path } = await users.find(7);
  print(`${host} was asked for ${path}`);
  await users.pay(7).catch((error: MeshStatusError) => {
    print(`${error.message}: ${String(error.body)}`);
  });
  await app.close();
}
// #endregion

sidecar.unref();
