import { once } from 'node:events';
import { createServer } from 'node:net';
import { acceptsConnection } from './accepts-connection.js';

const { signal } = new AbortController();

describe('whether a connection is accepted', () => {
  it('is true where somebody listens, false where nobody does, and leaves no connection', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    expect(await acceptsConnection({ host: '127.0.0.1', port }, signal)).toBe(true);
    server.close();
    await once(server, 'close');
    expect(await acceptsConnection({ host: '127.0.0.1', port }, signal)).toBe(false);
  });

  it('is false for a name that may not lead where it leads', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as { port: number };
    const named = { host: 'localhost', port };
    expect(
      await acceptsConnection(named, signal, (_host, _options, done) =>
        done(null, [{ address: '127.0.0.1', family: 4 }]),
      ),
    ).toBe(true);
    expect(
      await acceptsConnection(named, signal, (_host, _options, done) => done(new Error('refused'), [])),
    ).toBe(false);
    server.close();
    await once(server, 'close');
  });

  it('is false as soon as nobody waits for the answer any more', async () => {
    const stop = new AbortController();
    // Reserved for documentation: nobody answers there, with a refusal least of all.
    const asked = acceptsConnection({ host: '192.0.2.1', port: 9 }, stop.signal);
    stop.abort();
    expect(await asked).toBe(false);
  });
});
