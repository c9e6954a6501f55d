import { ServiceRegistry } from '@rookery/discovery';
import { natsRegistry, type NatsRegistryOptions } from '@rookery/nats';
import { engineAnswers, EngineServer, eventually } from '@rookery/testing';
import { jest } from '@jest/globals';
import { serversOf } from './real-nats.js';
import { SilentServer } from './silent-server.js';

jest.setTimeout(60_000);

const NEVER = new AbortController().signal;
const itWithNats = (await engineAnswers('nats')) ? it : it.skip;

/** How many of these keep the process alive. */
const active = (kind: RegExp) => process.getActiveResourcesInfo().filter((name) => kind.test(name)).length;
const sockets = () => active(/^TCP(Socket|Connect)Wrap$/);
const timers = () => active(/^Timeout$/);

/** The first answers of a server that goes on may be late. */
const isAnswered = (answer: Promise<unknown>) =>
  answer.then(
    () => true,
    () => false,
  );

describe('an attempt to connect that is given up', () => {
  const over = ({ address }: SilentServer, options: NatsRegistryOptions = {}) =>
    natsRegistry({ servers: [address], timeout: 100, ...options });

  it.each<[string, NatsRegistryOptions]>([
    ['speaks', {}],
    ['shakes hands', { client: { tls: { handshakeFirst: true } } }],
  ])('ends its connection when the server accepts it and never %s', async (_what, options) => {
    await using silent = await SilentServer.start();
    const nats = over(silent, options);
    for (let turn = 0; turn < 5; turn += 1)
      await expect(nats.list('users', NEVER)).rejects.toThrow('cannot be used');
    await eventually('the end of the connections', () => silent.accepted > 0 && silent.open === 0);
  });

  it('ends its connection at once when the caller leaves', async () => {
    await using silent = await SilentServer.start();
    const nats = over(silent, { timeout: '60s' });
    const abort = new AbortController();
    const before = timers();
    const left = nats.list('users', abort.signal);
    await eventually('the connection', () => silent.open === 1);
    abort.abort(new Error('enough'));
    await expect(left).rejects.toThrow('enough');
    await eventually('the end of the connection', () => silent.open === 0);
    await eventually('the end of its limit', () => timers() <= before);
  });

  it('leaves nothing behind once the registry is closed', async () => {
    await using silent = await SilentServer.start();
    const registry = new ServiceRegistry({ backend: over(silent), ttl: '1s' });
    const watching = registry.discover('users').catch((error: unknown) => error);
    await eventually('two tries', () => silent.accepted >= 2);
    await registry.close();
    await watching;
    await eventually('the end of all', () => silent.open === 0);
  });

  itWithNats('leaves no connection to a server that was frozen', async () => {
    const before = sockets();
    await using server = await EngineServer.start('nats');
    const nats = natsRegistry({ servers: serversOf(server), timeout: 100 });
    server.signal('SIGSTOP');
    try {
      for (let turn = 0; turn < 5; turn += 1)
        await expect(nats.list('users', NEVER)).rejects.toThrow('cannot be used');
      await eventually('the end of the connections', () => sockets() <= before);
    } finally {
      server.signal('SIGCONT');
    }
    await eventually('an answer', () => isAnswered(nats.list('users', NEVER)));
  });
});
