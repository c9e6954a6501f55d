import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type INestApplicationContext, Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { DiscoveryModule, memoryRegistry, ServiceRegistry } from '@rookery/discovery';
import { eventually, freePort } from '@rookery/testing';
import { MeshClient, MeshModule, PeerIdentityError } from '../src/index.js';
import { Authority, IdentityFolder, idOf, newDirectory, removeDirectories } from './authority.js';
import { failureOf } from './servers.js';

const ends: (() => unknown)[] = [];

beforeAll(() => Logger.overrideLogger(false));
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});
afterAll(removeDirectories);

/** A server that is OpenSSL's own: unlike Node's it says in an alert that it does not take a certificate. */
async function serve(authority: Authority, versions: readonly string[]): Promise<number> {
  const directory = newDirectory();
  const at = (file: string) => join(directory, file);
  const { certificate, key } = authority.issue();
  writeFileSync(at('cert'), certificate);
  writeFileSync(at('key'), key);
  writeFileSync(at('ca'), authority.bundle);
  const port = await freePort();
  const files = ['-cert', at('cert'), '-key', at('key'), '-CAfile', at('ca')];
  const wants = ['-Verify', '2', '-verify_return_error', '-www', '-quiet', ...versions];
  const server = spawn('openssl', ['s_server', '-accept', `127.0.0.1:${port}`, ...files, ...wants], {
    stdio: 'ignore',
  });
  const ended = once(server, 'exit');
  ends.push(() => {
    server.kill('SIGKILL');
    return ended;
  });
  await eventually('it listens', async () => {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    socket.destroy();
    return true;
  });
  return port;
}

async function boot(port: number, identity: IdentityFolder): Promise<MeshClient> {
  const module = await Test.createTestingModule({
    imports: [
      DiscoveryModule.forRoot({ registry: memoryRegistry(), service: 'caller', advertise: false }),
      MeshModule.forRoot({ mode: 'direct', identity: identity.options, retries: 0 }),
    ],
  }).compile();
  ends.push(() => (module as INestApplicationContext).close());
  const instance = { service: 'users', host: '127.0.0.1', port, protocol: 'https' };
  await module.get(ServiceRegistry).register(instance);
  return module.get(MeshClient);
}

describe('a server that does not take our certificate', () => {
  it.each([
    ['TLS 1.2', ['-tls1_2']],
    ['TLS 1.3', ['-tls1_3']],
  ])('is told from one that is gone: %s', async (_version, versions) => {
    const authority = new Authority();
    const port = await serve(authority, versions);
    const stranger = new Authority('stranger').issue({ uris: [idOf('caller')] });
    const mesh = await boot(port, new IdentityFolder(stranger, authority.bundle));
    const error = await failureOf(mesh.call('users', 'find', undefined, { verb: 'GET' }));
    expect(error).toBeInstanceOf(PeerIdentityError);
    expect(error).toMatchObject({ problem: 'refused us', expected: idOf('users') });
  });
});
