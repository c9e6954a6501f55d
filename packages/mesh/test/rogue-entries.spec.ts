import dns, { type LookupOptions } from 'node:dns';
import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import {
  type AdmissionOptions,
  DiscoveryModule,
  memoryRegistry,
  type ServiceInstance,
} from '@rookery/discovery';
import { contactsOf, ROGUE_HOSTS, ROGUE_NAMES, sampleInstance } from '@rookery/discovery/testing';
import { ResilienceModule } from '@rookery/resilience';
import { MeshClient, MeshModule, type MeshOptions } from '../src/index.js';
import { Authority, IdentityFolder, idOf, removeDirectories } from './authority.js';
import { echo, failureOf, json, serve, stopServers } from './servers.js';

const { signal } = new AbortController();
const apps: TestingModule[] = [];
let authority: Authority;

beforeAll(() => {
  Logger.overrideLogger(false);
  authority = new Authority();
});
afterEach(async () => {
  jest.restoreAllMocks();
  await Promise.all(apps.splice(0).map((app) => app.close()));
  await stopServers();
});
afterAll(removeDirectories);

/** An app in the mode `direct`, and a registry to which every host of the network can write whatever it likes. */
async function boot(options: MeshOptions = {}, admit: AdmissionOptions = {}) {
  const registry = Object.assign(memoryRegistry(), { reach: 'network' as const });
  const module = await Test.createTestingModule({
    imports: [
      ResilienceModule.forRoot(),
      DiscoveryModule.forRoot({ registry, service: 'caller', advertise: false, admit }),
      MeshModule.forRoot({ mode: 'direct', retries: 0, ...options }),
    ],
  }).compile();
  apps.push(module);
  const write = (facts: Partial<ServiceInstance>) =>
    registry.register({ ...sampleInstance(), ...facts }, 60_000, signal);
  return { mesh: module.get(MeshClient), write };
}

describe.each<[string, () => MeshOptions, string]>([
  ['in plain text', () => ({}), 'http'],
  [
    'with an identity',
    () => ({
      identity: new IdentityFolder(authority.issue({ uris: [idOf('caller')] }), authority.bundle).options,
    }),
    'https',
  ],
])('a direct call %s', (_how, options, protocol) => {
  it.each(ROGUE_HOSTS)('goes nowhere when the registry says %j', async (host) => {
    const { port, seen } = await serve(echo);
    const { mesh, write } = await boot(options());
    await write({ host, port, protocol });
    expect(await contactsOf(() => failureOf(mesh.call('users', 'find')))).toMatchObject({
      result: { code: 'NO_INSTANCES' },
      contacts: 0,
    });
    expect(seen).toEqual([]);
  });

  // Without it, the others would show nothing.
  it.each(['127.0.0.1', 'localhost'])('goes to %j where that is admitted', async (host) => {
    const { port } = await serve(json(200, {}));
    const { mesh, write } = await boot(options(), { special: ['loopback'] });
    await write({ host, port, protocol });
    // With an identity it is refused after it was connected: the server has none.
    const { contacts } = await contactsOf(() => mesh.call('users', 'find').catch(() => {}));
    expect(contacts).toBeGreaterThan(0);
  });

  it('goes nowhere when a name leads elsewhere than a moment ago', async () => {
    const { port } = await serve(json(200, {}));
    const { mesh, write } = await boot(options());
    await write({ host: 'users.internal', port, protocol });
    const answer = (_host: string, _options: LookupOptions, callback: (...found: unknown[]) => void) =>
      callback(null, [{ address: '127.0.0.1', family: 4 }]);
    jest.spyOn(dns, 'lookup').mockImplementation(answer as never);
    const error = await failureOf(mesh.call('users', 'find'));
    expect(error).toMatchObject({ code: 'ADDRESS_REFUSED', host: 'users.internal', address: '127.0.0.1' });
  });

  it.each(ROGUE_NAMES)('goes nowhere for a service called %j', async (service) => {
    const { mesh } = await boot(options());
    expect(await contactsOf(() => failureOf(mesh.call(service, 'find')))).toMatchObject({
      result: { code: 'INVALID_CALL' },
      contacts: 0,
    });
  });
});

describe('a direct call that is answered with a redirect', () => {
  it.each([302, 307, 308])(
    'is not sent to another service with %d, nor are its credentials',
    async (status) => {
      const trap = await serve(echo);
      const users = await serve((_request, response) =>
        response.writeHead(status, { location: `${trap.url}/steal` }).end(),
      );
      const { mesh, write } = await boot({}, { special: ['loopback'] });
      await write({ port: users.port });
      const headers = { authorization: 'Bearer secret' };
      expect(await failureOf(mesh.call('users', 'find', { a: 1 }, { headers }))).toMatchObject({ status });
      expect([users.seen.length, trap.seen.length]).toEqual([1, 0]);
    },
  );
});
