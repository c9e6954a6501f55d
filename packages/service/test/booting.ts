import { type ModuleMetadata } from '@nestjs/common';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { Test } from '@nestjs/testing';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { ServiceModule, type ServiceOptions } from '../src/index.js';

const open: (() => Promise<unknown>)[] = [];

// Also after a test that failed before it closed what it opened: an open server would keep Jest from ending.
afterEach(async () => {
  for (const close of open.splice(0)) await close();
});

/** What Terminus answers. */
export interface HealthBody {
  readonly status: string;
  readonly details: Record<string, Record<string, unknown>>;
  readonly error: Record<string, unknown>;
}

export interface Booted {
  readonly app: NestExpressApplication;
  readonly url: string;
  get(path: string): Promise<{ status: number; body: HealthBody }>;
}

/** A service on a free port. `prepare` gets the app before it listens. */
export async function boot(
  options: ServiceOptions,
  parts: ModuleMetadata = {},
  prepare: (app: NestExpressApplication) => void = () => {},
): Promise<Booted> {
  const module = await Test.createTestingModule({
    ...parts,
    imports: [...(parts.imports ?? []), ServiceModule.forRoot(options)],
  }).compile();
  const app = module.createNestApplication<NestExpressApplication>({ logger: false });
  open.push(() => app.close());
  prepare(app);
  await app.listen(0, '127.0.0.1');
  const url = `http://127.0.0.1:${(app.getHttpServer().address() as AddressInfo).port}`;
  return {
    app,
    url,
    async get(path) {
      const response = await fetch(url + path);
      return { status: response.status, body: (await response.json()) as HealthBody };
    },
  };
}

/** A server on a free port, by hand. */
export async function serve(
  listener: RequestListener,
): Promise<{ url: string; port: number; server: Server }> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(() => new Promise((resolve) => (server.close(resolve), server.closeAllConnections())));
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, server };
}
