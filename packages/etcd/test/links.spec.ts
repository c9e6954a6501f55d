import { type RegistryBackend } from '@rookery/discovery';
import { recordWatch, sampleInstance } from '@rookery/discovery/testing';
import { etcdRegistry } from '@rookery/etcd';
import { engineAnswers, EngineServer, eventually, freePort, TcpLink } from '@rookery/testing';
import { jest } from '@jest/globals';

jest.setTimeout(60_000);

const NEVER = new AbortController().signal;
const describeWithEtcd = (await engineAnswers('etcd')) ? describe : describe.skip;

describeWithEtcd('an etcd behind links that break', () => {
  let server: EngineServer;
  let first: TcpLink;
  let second: TcpLink;
  let backend: RegistryBackend;

  beforeEach(async () => {
    server = await EngineServer.start('etcd');
    [first, second] = await Promise.all([TcpLink.to(server.port), TcpLink.to(server.port)]);
  });
  afterEach(async () => {
    await Promise.all([first.close(), second.close()]);
    await server.dispose();
  });

  /** Asks the first endpoint first. */
  const over = (...endpoints: string[]) =>
    etcdRegistry({ endpoints, timeout: 400, idle: 500, random: () => 0 });
  const endpointOf = ({ port }: { readonly port: number }) => `http://127.0.0.1:${port}`;
  const counter = (name: string) => backend.counters?.()[name];

  it('shows what happened while the connection of a watch was cut, and tells of no loss', async () => {
    backend = over(endpointOf(first));
    const direct = over(endpointOf(server));
    const gone = await direct.register(sampleInstance({ id: 'gone' }), 60_000, NEVER);
    const watch = recordWatch(backend, 'users');
    await eventually('a list', () => watch.ids()?.join() === 'gone');
    first.cut();
    await gone.release(NEVER);
    const stays = await direct.register(sampleInstance({ id: 'new' }), 60_000, NEVER);
    await eventually('what has changed', () => watch.ids()?.join() === 'new');
    expect(counter('watchesLost')).toBe(0);
    await stays.release(NEVER);
    await watch.stop();
  });

  it('notices a connection that is half-open, and goes on over another endpoint', async () => {
    backend = over(endpointOf(first), endpointOf(second));
    const direct = over(endpointOf(server));
    const watch = recordWatch(backend, 'users');
    await eventually('a list', () => watch.ids()?.length === 0);
    first.silence();
    const lease = await direct.register(sampleInstance(), 60_000, NEVER);
    await eventually('what has changed', () => watch.ids()?.length === 1);
    expect(counter('failovers')).toBe(1);
    expect(counter('watchesLost')).toBe(0);
    // The second is asked first from then on.
    await backend.list('users', NEVER);
    expect(counter('failovers')).toBe(1);
    await lease.release(NEVER);
    await watch.stop();
  });

  it('fails a watch whose only connection is half-open, and starts anew over a new one', async () => {
    backend = over(endpointOf(first));
    const watch = recordWatch(backend, 'users');
    await eventually('a list', () => watch.ids()?.length === 0);
    first.silence();
    await eventually('the loss', () => counter('watchesLost') === 1);
    await expect(watch.stop()).rejects.toThrow('it did not answer within 400 ms');
    first.restore();
    const again = recordWatch(backend, 'users');
    await eventually('a list again', () => again.ids()?.length === 0);
    await again.stop();
  });

  it('registers, renews and releases over the endpoint that is left', async () => {
    backend = over(`http://127.0.0.1:${await freePort()}`, endpointOf(second));
    const lease = await backend.register(sampleInstance(), 60_000, NEVER);
    await lease.renew(NEVER);
    expect((await backend.list('users', NEVER)).instances).toHaveLength(1);
    await lease.release(NEVER);
    expect((await backend.list('users', NEVER)).instances).toEqual([]);
    expect(counter('failovers')).toBe(1);
  });

  it('is not overwritten by a write that was held up on its way', async () => {
    backend = over(endpointOf(first), endpointOf(second));
    const lease = await backend.register(sampleInstance({ port: 1 }), 60_000, NEVER);
    server.signal('SIGSTOP');
    const late = lease.update(sampleInstance({ port: 2 }), NEVER).catch((error: unknown) => error);
    // Both endpoints lead to the frozen server: the write is in its hands, and no answer comes.
    expect(await late).toMatchObject({ code: 'ETCD_UNAVAILABLE' });
    server.signal('SIGCONT');
    await lease.update(sampleInstance({ port: 3 }), NEVER);
    await lease.renew(NEVER);
    const { instances } = await backend.list('users', NEVER);
    expect(instances.map(({ port }) => port)).toEqual([3]);
    await lease.release(NEVER);
  });
});
