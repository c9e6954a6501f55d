import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { leaseFileRegistry, memoryRegistry, type RegistryBackend, ServiceRegistry } from '../src/index.js';

describe.each(['memory', 'lease files'])('an instance that is deregistered, in a registry of %s', (kind) => {
  let directory: string;
  let server: Server;
  let registries: [ServiceRegistry, ServiceRegistry];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'rookery-'));
    server = createServer((socket) => socket.destroy()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const memory = memoryRegistry();
    const backend = (): RegistryBackend =>
      kind === 'memory' ? memory : leaseFileRegistry({ directory: join(directory, 'leases') });
    registries = [new ServiceRegistry({ backend: backend() }), new ServiceRegistry({ backend: backend() })];
  });

  afterEach(async () => {
    await Promise.all(registries.map((registry) => registry.close()));
    server.close();
    await rm(directory, { recursive: true });
  });

  const register = async (id: string) => {
    const { port } = server.address() as AddressInfo;
    return registries[0].register({ service: 'users', id, host: '127.0.0.1', port });
  };

  /** What the other registry shows, until there is nobody, with what it said meanwhile. */
  const untilEmpty = async () => {
    const shown: string[][] = [];
    const events: string[] = [];
    registries[1].onEvent(({ type }) => events.push(type));
    for await (const { instances } of registries[1].watch('users')) {
      shown.push(instances.map(({ id, status }) => `${id} ${status}`));
      if (instances.length === 0 && shown.length > 1) break;
    }
    return { shown, events };
  };

  it('is gone for the others though it was the only one and its port is still open', async () => {
    await register('a');
    await registries[1].discover('users');
    const seen = untilEmpty();
    await registries[0].deregister('users', 'a');
    expect(await seen).toEqual({ shown: [['a up'], ['a draining'], []], events: [] });
  });

  it('is gone also when it was draining only for a moment', async () => {
    const self = await register('a');
    await registries[1].discover('users');
    const seen = untilEmpty();
    await self.update({ status: 'draining' });
    await registries[0].deregister('users', 'a');
    expect(await seen).toEqual({ shown: [['a up'], ['a draining'], []], events: [] });
  });
});
