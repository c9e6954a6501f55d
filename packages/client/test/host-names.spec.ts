import dns, { type LookupOptions } from 'node:dns';
import { jest } from '@jest/globals';
import { type TestingModule } from '@nestjs/testing';
import { isRookeryError } from '@rookery/common';
import {
  type AdmissionOptions,
  LoadBalancer,
  memoryRegistry,
  ServiceRegistry,
  type DiscoveryModuleOptions,
} from '@rookery/discovery';
import { boot, closeAll, PROTOCOLS } from './protocols.js';

/** Where each name below `internal` leads; the others are the system's business. */
let names: Record<string, readonly string[]> = {};

beforeEach(() => {
  names = {};
  const system = dns.lookup;
  const answer = (host: string, options: LookupOptions, callback: (...found: unknown[]) => void) => {
    if (!host.endsWith('.internal')) return system(host, options, callback as never);
    const found = (names[host] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    if (found.length > 0) callback(null, found);
    else callback(Object.assign(new Error(`getaddrinfo ENOTFOUND ${host}`), { code: 'ENOTFOUND' }), []);
  };
  jest.spyOn(dns, 'lookup').mockImplementation(answer as never);
});
afterEach(async () => {
  jest.restoreAllMocks();
  await closeAll();
});

/** A registry that every host of the network can write to. */
const network = (admit: AdmissionOptions = {}): DiscoveryModuleOptions => ({
  registry: Object.assign(memoryRegistry(), { reach: 'network' as const }),
  admit,
  strategy: 'round-robin',
});

describe.each(PROTOCOLS)('a host name in a registry, over %s', (_name, protocol) => {
  const register = (app: TestingModule, host: string, port: number, id = host) =>
    app.get(ServiceRegistry).register({ service: 'users', id, host, port, protocol: protocol.protocol });
  const report = (app: TestingModule) => app.get(LoadBalancer).status()[0]?.instances ?? [];
  const failure = (app: TestingModule) => protocol.call(app).then(String, (error: unknown) => error);

  it('is called where it leads, under its own name', async () => {
    const { port, seen } = await protocol.serve('ada');
    const app = await boot(protocol, network({ special: ['loopback'] }));
    names = { 'users.internal': ['127.0.0.1'] };
    await register(app, 'users.internal', port);
    expect(await protocol.call(app)).toBe('ada');
    expect(seen().map(({ host }) => host)).toEqual([`users.internal:${port}`]);
  });

  it('is called at the other family when the first does not answer', async () => {
    const { port } = await protocol.serve('ada');
    const app = await boot(protocol, network({ special: ['loopback'] }));
    names = { 'users.internal': ['::1', '127.0.0.1'] };
    await register(app, 'users.internal', port);
    expect(await protocol.call(app)).toBe('ada');
  });

  it('is not called when it leads where no instance may be, and the error says so', async () => {
    const { port, seen } = await protocol.serve('ada');
    const app = await boot(protocol, network());
    names = { 'users.internal': ['127.0.0.1'] };
    await register(app, 'users.internal', port);
    const error = await failure(app);
    expect(isRookeryError(error, 'REQUEST_FAILED')).toBe(true);
    expect(error).toMatchObject({ cause: { code: 'CONNECTION_FAILED', sent: false } });
    expect(error).toMatchObject({ cause: { cause: { code: 'ADDRESS_REFUSED', host: 'users.internal' } } });
    expect(String(error)).toContain(
      "no answer: The name users.internal leads to 127.0.0.1. That is a special address. If it is right, use admit: { special: ['loopback'] }.",
    );
    expect(seen()).toEqual([]);
    expect(app.get(ServiceRegistry).status().counters).toMatchObject({ refusedConnections: 3 });
  });

  it('counts against its instance, so that the calls of others succeed and it is put out', async () => {
    const { port } = await protocol.serve('ada');
    const app = await boot(protocol, network({ special: ['loopback'] }));
    names = { 'rogue.internal': ['169.254.169.254'] };
    await register(app, 'rogue.internal', port);
    await register(app, '127.0.0.1', port);
    for (let n = 0; n < 20; n += 1) expect(await protocol.call(app)).toBe('ada');
    const rogue = report(app).find(({ instance }) => instance.id === 'rogue.internal');
    expect(rogue?.ejected?.reason).toBe('consecutive-failures');
  });

  it('that leads elsewhere later is not followed there', async () => {
    const replica = await protocol.serve('ada');
    const app = await boot(protocol, network({ special: ['loopback'] }));
    names = { 'users.internal': ['127.0.0.1'] };
    await register(app, 'users.internal', replica.port);
    expect(await protocol.call(app)).toBe('ada');
    names = { 'users.internal': ['169.254.169.254'] };
    replica.cut();
    // The first of them learn only now that their connection is gone.
    const results = [];
    for (let n = 0; n < 5; n += 1) results.push(String(await failure(app)));
    expect(results).not.toContain('ada');
    expect(results.at(-1)).toContain('leads to 169.254.169.254');
  });

  it('that nobody knows fails as such, unsent', async () => {
    const app = await boot(protocol, network());
    await register(app, 'users.internal', 1);
    const error = await failure(app);
    expect(error).toMatchObject({ cause: { code: 'CONNECTION_FAILED', sent: false } });
    expect(String(error)).toContain('ENOTFOUND users.internal');
  });

  it('is left to the system where the app itself has written it as a url', async () => {
    jest.restoreAllMocks();
    const { port } = await protocol.serve('ada');
    const app = await boot(protocol, network(), { url: `http://localhost:${port}` });
    expect(await protocol.call(app)).toBe('ada');
  });
});
