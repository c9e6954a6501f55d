import { once } from 'node:events';
import { createServer } from 'node:net';
import { Logger } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { DiscoveryModule, memoryRegistry, ServiceRegistry } from '@rookery/discovery';
import { sampleInstance } from '@rookery/discovery/testing';
import { eventually } from '@rookery/testing';

const { signal } = new AbortController();
const quiet = { log() {}, warn() {}, error() {}, debug() {}, verbose() {} };

describe('an app whose registry forgets everybody', () => {
  afterEach(() => Logger.overrideLogger(quiet));

  it('calls on those who accept connections, not the others, and says so when it begins and ends', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const registry = memoryRegistry();
    const lines: string[] = [];
    const note = (line: string) => void lines.push(line);
    const module = await Test.createTestingModule({
      imports: [DiscoveryModule.forRoot({ registry, advertise: false })],
    })
      .setLogger({ ...quiet, log: note, warn: note })
      .compile();
    const app = await module.createNestApplication().init();
    const found = app.get(ServiceRegistry);
    const ids = () =>
      found
        .snapshot('users')
        ?.instances.map(({ id }) => id)
        .join();

    const place = { host: '127.0.0.1', port };
    const answering = await registry.register(sampleInstance({ id: 'answers', ...place }), 60_000, signal);
    const silent = await registry.register(sampleInstance({ id: 'gone', ...place, port: 1 }), 60_000, signal);
    await found.discover('users');
    await Promise.all([answering.release(signal), silent.release(signal)]);
    await eventually('who does not answer is gone', () => ids() === 'answers');
    await eventually('the doubt is told', () => lines.some((line) => line.includes('still answer')));
    expect(lines).toContain(
      'The registry no longer lists 1 of the instances of users, but they still answer: they are called as before.',
    );

    server.close();
    await once(server, 'close');
    await eventually('the end of the last one', () => ids() === '');
    expect(lines).toContain('What the registry lists of users is believed again.');
    await app.close();
  });
});
