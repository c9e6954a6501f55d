import { type TestingModule } from '@nestjs/testing';
import { ClientModule, type HttpClientOptions } from '@rookery/client';
import { GrpcClientModule } from '@rookery/client/grpc';
import { type DiscoveryModuleOptions, LoadBalancer, ServiceRegistry } from '@rookery/discovery';
import { USERS_PROTO } from './grpc-support.js';
import { boot, type ClientSetup, closeAll, PROTOCOLS, type Replica } from './protocols.js';

afterEach(closeAll);

describe.each(PROTOCOLS)('a client over %s', (_name, protocol) => {
  /** An app whose client finds one replica for each version, which answers with it. */
  async function start(
    versions: readonly string[],
    discovery: DiscoveryModuleOptions = {},
    setup: ClientSetup = {},
  ) {
    const app = await boot(protocol, discovery, setup);
    for (const [index, version] of versions.entries()) {
      const { port } = await protocol.serve(version);
      await app.get(ServiceRegistry).register({
        service: 'users',
        id: `users-${index}`,
        host: '127.0.0.1',
        port,
        protocol: protocol.protocol,
        version,
        metadata: { tier: version === '2.0.0' ? 'canary' : 'main' },
      });
    }
    const answers = async (calls: number, balancing?: Parameters<typeof protocol.call>[1]) => {
      const names = [];
      for (let n = 0; n < calls; n += 1) names.push(await protocol.call(app, balancing));
      return [...new Set(names)];
    };
    return { app, answers };
  }

  const report = (app: TestingModule) => app.get(LoadBalancer).status()[0]?.instances ?? [];

  describe('and the load of the server', () => {
    async function call(load: string | undefined): Promise<[TestingModule, Replica]> {
      const app = await boot(protocol);
      const replica = await protocol.serve('ada', load);
      await app.get(ServiceRegistry).register({
        service: 'users',
        host: '127.0.0.1',
        port: replica.port,
        protocol: protocol.protocol,
      });
      await protocol.call(app);
      return [app, replica];
    }

    it('is asked for, and goes to the balancer', async () => {
      const [app, { seen }] = await call('0.75');
      expect(seen().map(({ question }) => question)).toEqual(['ask']);
      const [{ utilization } = { utilization: 0 }] = report(app);
      // It fades with the time that has passed since.
      expect(utilization).toBeGreaterThan(0);
      expect(utilization).toBeLessThanOrEqual(0.75);
    });

    it.each([undefined, '-1', '7', '1e9', 'NaN', '0.5; 1', 'x'.repeat(1_000)])(
      'is taken for unknown when it is %p',
      async (load) => {
        const [app] = await call(load);
        expect(report(app)).toMatchObject([{ pending: 0, utilization: 0 }]);
      },
    );

    it('is not asked for at a fixed url, where nobody chooses by it', async () => {
      const { port, seen } = await protocol.serve('ada');
      const app = await boot(protocol, {}, { url: `http://127.0.0.1:${port}` });
      expect(await protocol.call(app, { key: 'any', route: { version: '9' } })).toBe('ada');
      expect(seen().map(({ question }) => question)).toEqual([undefined]);
    });
  });

  it('sends calls with the same key to the same instance', async () => {
    const strategy = 'consistent-hash';
    const { answers } = await start(['1', '2', '3', '4'], { strategy });
    const keys = Array.from({ length: 20 }, (_, n) => `user-${n}`);
    const owners = [];
    for (const key of keys) owners.push(await answers(3, { key }));
    expect(owners.map(({ length }) => length)).toEqual(keys.map(() => 1));
    expect(new Set(owners.flat()).size).toBeGreaterThan(1);
  });

  it('goes by the route of the call, else of the client, else of the service', async () => {
    const services = { users: { route: { version: '1' } } };
    const versions = ['1.9.0', '2.0.0', '3.0.0'];
    const ofService = await start(versions, { services });
    expect(await ofService.answers(5)).toEqual(['1.9.0']);
    const ofClient = await start(versions, { services }, { balancing: { route: { version: '2' } } });
    expect(await ofClient.answers(5)).toEqual(['2.0.0']);
    expect(await ofClient.answers(5, { key: 'ada' })).toEqual(['2.0.0']);
    expect(await ofClient.answers(5, { route: { version: '3' } })).toEqual(['3.0.0']);
    expect(await ofClient.answers(5, { route: { metadata: { tier: 'canary' } } })).toEqual(['2.0.0']);
    expect(await ofClient.answers(5, { route: { weights: { '1': 1, '2': 0 } } })).toEqual(['1.9.0']);
  });

  it('is told when a route leads to nobody', async () => {
    const { answers } = await start(['1.0.0']);
    await expect(answers(1, { route: { version: '2' } })).rejects.toThrow(
      'no instances available for users (1 registered, but none that this call can go to)',
    );
  });

  it.each([
    [{ key: '' }, 'balancing.key: Invalid value "". Use a text that is not empty.'],
    [{ key: 7 }, 'balancing.key: Invalid value 7.'],
    [{ route: { version: '' } }, 'balancing.route.version: Invalid value "".'],
    [{ route: { weights: { '1': 0 } } }, 'balancing.route.weights: No version gets any calls.'],
    [{ rout: {} }, 'balancing.rout: Unknown option. Known options: route, key.'],
  ])('refuses %p before it picks anybody', async (balancing, message) => {
    const { app, answers } = await start(['1.0.0']);
    const failure = answers(1, balancing as never);
    await expect(failure).rejects.toThrow(TypeError);
    await expect(failure).rejects.toThrow(message);
    expect(report(app)).toEqual([]);
  });
});

describe('the balancing of a client', () => {
  it.each<[Partial<HttpClientOptions>, string]>([
    [{ balancing: { route: { version: '' } } }, '[0].balancing.route.version: Invalid value "".'],
    [{ balancing: { key: 'a' } as never }, '[0].balancing.key: Unknown option. Known options: route.'],
    [
      { url: 'http://127.0.0.1:1', balancing: { route: { version: '2' } } },
      '[0]: balancing cannot be combined with url, which is one place.',
    ],
  ])('is refused at boot when it is %p', (options, message) => {
    const users = { service: 'users', ...options };
    expect(() => ClientModule.forFeature([users])).toThrow(message);
    expect(() =>
      GrpcClientModule.forFeature([{ package: 'users', protoPath: USERS_PROTO, ...users }]),
    ).toThrow(message);
  });
});
