import { logVerbosity, setLogVerbosity } from '@grpc/grpc-js';
import { systemClock, systemRandom } from '@rookery/common';
import { memoryRegistry, type NewInstance, ServiceRegistry } from '@rookery/discovery';
import { eventually } from '@rookery/testing';
import { type Locate, locateWith, XdsListenError, XdsServer } from '../src/xds/index.js';
import { resolveXdsServerOptions } from '../src/xds/xds-server.options.js';
import { type Answer, XdsTestClient } from './xds-client.js';

const open: { close(): Promise<void> }[] = [];

// grpc-js writes of its own accord when a port is taken.
beforeAll(() => setLogVerbosity(logVerbosity.NONE));
afterAll(() => setLogVerbosity(logVerbosity.ERROR));
afterEach(async () => {
  for (const part of open.splice(0).toReversed()) await part.close();
});

interface Line {
  readonly message: string;
  readonly facts: Readonly<Record<string, unknown>>;
}

async function exporting(
  services?: string[],
  locate: Locate = locateWith(undefined),
  registry = new ServiceRegistry({ backend: memoryRegistry() }),
) {
  const lines: Line[] = [];
  const warn = (message: string, facts: Line['facts']) => void lines.push({ message, facts });
  const settings = resolveXdsServerOptions({ port: 0, ...(services && { services }) });
  const parts = { registry, locate, clock: systemClock, random: systemRandom };
  const server = new XdsServer(settings, { ...parts, log: { debug() {}, warn } });
  open.push(registry, server);
  await server.listen();
  const client = (method?: ConstructorParameters<typeof XdsTestClient>[1]) => {
    const made = new XdsTestClient(server.port, method);
    open.push(made);
    return made;
  };
  const start = (more: Partial<NewInstance> = {}) =>
    registry.register({ service: 'users', host: '127.0.0.1', port: 5001, protocol: 'grpc', ...more });
  return { registry, server, lines, client, start };
}

const namesIn = ({ resources }: Answer) => resources.map((resource) => resource['name']);

/** The endpoints of an answer: address, health and weight of each, by zone. */
function endpointsIn({ resources }: Answer) {
  interface Shown {
    endpoint: { address: { socketAddress: { address: string; portValue: number } } };
    healthStatus: string;
    loadBalancingWeight: { value: number };
  }
  interface Zone {
    locality: { zone: string };
    loadBalancingWeight: { value: number };
    lbEndpoints: Shown[];
  }
  return resources.flatMap((resource) =>
    (resource['endpoints'] as Zone[]).map(({ locality, loadBalancingWeight, lbEndpoints }) => ({
      zone: locality.zone,
      weight: loadBalancingWeight.value,
      members: lbEndpoints.map((member) => {
        const { address, portValue } = member.endpoint.address.socketAddress;
        return `${address}:${portValue} ${member.healthStatus} ${member.loadBalancingWeight.value}`;
      }),
    })),
  );
}

describe('the xDS server', () => {
  it('leads from the listener over route and cluster to the endpoints of a service', async () => {
    const { client, start } = await exporting();
    await start();
    const xds = client();
    xds.ask('listener', ['users']);
    expect(await xds.next()).toMatchObject({ type: 'listener', resources: [{ name: 'users' }] });
    xds.ask('route', ['users']);
    expect(await xds.next()).toMatchObject({
      type: 'route',
      resources: [
        { name: 'users', virtualHosts: [{ domains: ['*'], routes: [{ route: { cluster: 'users' } }] }] },
      ],
    });
    xds.ask('cluster', ['users']);
    expect(await xds.next()).toMatchObject({
      type: 'cluster',
      resources: [{ name: 'users', type: 'EDS', edsClusterConfig: { serviceName: 'users' } }],
    });
    xds.ask('endpoints', ['users']);
    const answer = await xds.next();
    expect(answer.type).toBe('endpoints');
    expect(endpointsIn(answer)).toEqual([{ zone: '', weight: 1, members: ['127.0.0.1:5001 HEALTHY 1'] }]);
  });

  it('makes a locality of each zone, with the weights of its instances', async () => {
    const { client, start } = await exporting();
    await start({ zone: 'b', weight: 3 });
    await start({ zone: 'a', port: 5002, weight: 2 });
    await start({ zone: 'b', port: 5003 });
    const xds = client();
    xds.ask('endpoints', ['users']);
    expect(endpointsIn(await xds.next())).toEqual([
      { zone: 'b', weight: 4, members: ['127.0.0.1:5001 HEALTHY 3', '127.0.0.1:5003 HEALTHY 1'] },
      { zone: 'a', weight: 2, members: ['127.0.0.1:5002 HEALTHY 2'] },
    ]);
  });

  it('pushes who comes, drains and leaves, each with a new version', async () => {
    const { client, start } = await exporting();
    const first = await start();
    const xds = client();
    xds.ask('endpoints', ['users']);
    const versions = new Set([(await xds.next()).version]);
    const members = async () => {
      const answer = await xds.next();
      versions.add(answer.version);
      return endpointsIn(answer).flatMap((zone) => zone.members);
    };
    const second = await start({ port: 5002 });
    expect(await members()).toEqual(['127.0.0.1:5001 HEALTHY 1', '127.0.0.1:5002 HEALTHY 1']);
    xds.ask('endpoints', ['users'], { responseNonce: '2' });
    await first.update({ status: 'draining' });
    expect(await members()).toEqual(['127.0.0.1:5001 DRAINING 1', '127.0.0.1:5002 HEALTHY 1']);
    await first.leave();
    expect(await members()).toEqual(['127.0.0.1:5002 HEALTHY 1']);
    await second.update({ status: 'draining' });
    expect(xds.waiting).toBe(0);
    await second.leave();
    expect(await members()).toEqual([]);
    expect(versions.size).toBe(5);
  });

  it('keeps those who drain when nobody else is up, as they still answer', async () => {
    const { client, start } = await exporting();
    const only = await start();
    await only.update({ status: 'draining' });
    const xds = client();
    xds.ask('endpoints', ['users']);
    expect(endpointsIn(await xds.next())[0]?.members).toEqual(['127.0.0.1:5001 HEALTHY 1']);
  });

  it('tells instances of a service apart by what they speak', async () => {
    const { client, start } = await exporting();
    await start({ port: 8080, protocol: 'http' });
    await start({ port: 5001 });
    const xds = client();
    xds.ask('endpoints', ['users', 'users/http']);
    const members = new Map<unknown, unknown>();
    while (members.size < 2) {
      for (const resource of (await xds.next()).resources) {
        const [zone] = endpointsIn({ resources: [resource] } as unknown as Answer);
        members.set(resource['clusterName'], zone?.members);
      }
    }
    expect(Object.fromEntries(members)).toEqual({
      users: ['127.0.0.1:5001 HEALTHY 1'],
      'users/http': ['127.0.0.1:8080 HEALTHY 1'],
    });
  });

  it('answers for a service that nobody has ever seen: it has no endpoints yet', async () => {
    const { client, start } = await exporting();
    const xds = client();
    xds.ask('listener', ['users']);
    expect(namesIn(await xds.next())).toEqual(['users']);
    xds.ask('endpoints', ['users']);
    expect(endpointsIn(await xds.next())).toEqual([]);
    await start();
    const answers = [await xds.next(), await xds.next()];
    expect(answers.map(({ type }) => type).sort()).toEqual(['endpoints', 'listener']);
  });

  it('keeps a service that has lost its last instance', async () => {
    const { client, start } = await exporting();
    const only = await start();
    const watching = client();
    watching.ask('cluster', ['users']);
    expect(namesIn(await watching.next())).toEqual(['users']);
    await only.leave();
    watching.ask('endpoints', ['users']);
    await eventually('it has none', async () => endpointsIn(await watching.next()).length === 0);
    expect(watching.waiting).toBe(0);
  });

  it('serves several names and types on one stream, and changes of what is wanted', async () => {
    const { client, start } = await exporting();
    await start();
    await start({ service: 'orders', port: 6001 });
    const xds = client();
    xds.ask('cluster', ['users']);
    const first = await xds.next();
    xds.ask('cluster', ['users', 'orders'], { responseNonce: first.nonce });
    const second = await xds.next();
    expect(namesIn(second)).toEqual(['users', 'orders']);
    xds.ask('cluster', ['orders'], { responseNonce: second.nonce });
    xds.ask('cluster', ['orders', 'users'], { responseNonce: second.nonce });
    expect(namesIn(await xds.next())).toEqual(['orders', 'users']);
  });

  it('ignores what is about an answer that a newer one has followed', async () => {
    const { client, start } = await exporting();
    await start();
    const xds = client();
    xds.ask('cluster', ['users']);
    const { nonce } = await xds.next();
    xds.ask('cluster', ['nobody'], { responseNonce: 'of long ago' });
    xds.ask('cluster', ['users', 'orders'], { responseNonce: nonce });
    expect(namesIn(await xds.next())).toEqual(['users', 'orders']);
    expect(xds.waiting).toBe(0);
  });

  it('gives all clusters to who asks for all', async () => {
    const { client, start } = await exporting();
    await start();
    await start({ service: 'shop', port: 8080, protocol: 'http' });
    const xds = client();
    xds.ask('cluster', []);
    expect(await xds.next()).toMatchObject({ type: 'cluster' });
    const seen = await eventually('both services', async () => {
      const names = namesIn(await xds.next());
      return names.length === 2 && names;
    });
    expect(seen).toEqual(['shop/http', 'users']);
  });

  it('gives no listener to who asks for all of them', async () => {
    const { client, start } = await exporting();
    await start();
    const xds = client();
    xds.ask('listener', []);
    expect((await xds.next()).resources).toEqual([]);
  });

  it('exports only the services that it was told to', async () => {
    const { client, start } = await exporting(['orders']);
    await start();
    const xds = client();
    xds.ask('listener', ['users', '../users', 'users/ftp', '*evil']);
    expect((await xds.next()).resources).toEqual([]);
  });

  it('serves endpoints alone as well, as Envoy asks for those of its own clusters', async () => {
    const { client, start } = await exporting();
    await start();
    const xds = client('StreamEndpoints');
    xds.ask('endpoints', ['users']);
    expect(endpointsIn(await xds.next())[0]?.members).toEqual(['127.0.0.1:5001 HEALTHY 1']);
  });
});

describe('a client of the xDS server', () => {
  it('that refuses an answer is logged once, sent nothing again, and then what is new', async () => {
    const { client, start, lines } = await exporting();
    await start();
    const xds = client();
    xds.ask('endpoints', ['users']);
    const { nonce } = await xds.next();
    xds.ask('endpoints', ['users'], {
      responseNonce: nonce,
      errorDetail: { code: 3, message: 'bad weight' },
    });
    await eventually('the refusal is logged', () => lines.length > 0);
    expect(lines).toEqual([
      {
        message: 'A client of the mesh refused what it was sent',
        facts: { client: 'test', type: 'endpoints', reason: 'bad weight' },
      },
    ]);
    expect(xds.waiting).toBe(0);
    await start({ port: 5002 });
    expect(endpointsIn(await xds.next())[0]?.members).toHaveLength(2);
    expect(lines).toHaveLength(1);
  });

  it('that asks for more names than are served is sent away', async () => {
    const { client } = await exporting();
    const xds = client();
    xds.ask(
      'endpoints',
      Array.from({ length: 4_097 }, (_, index) => `service-${index}`),
    );
    expect(await xds.ended).toMatchObject({ code: 8, details: expect.stringContaining('at most 4096') });
  });

  it('that wants changes only is told how to ask', async () => {
    const { client } = await exporting();
    const xds = client('DeltaAggregatedResources');
    xds.ask('endpoints', ['users']);
    expect(await xds.ended).toMatchObject({
      code: 12,
      details: expect.stringContaining('StreamAggregatedResources'),
    });
  });

  it('leaves nothing behind when it goes', async () => {
    const { client, start, registry, server } = await exporting();
    await start();
    const xds = client();
    xds.ask('endpoints', ['users']);
    await xds.next();
    expect(server.clients).toBe(1);
    xds.end();
    await eventually('it is forgotten', () => server.clients === 0);
    await start({ port: 5002 });
    expect(registry.status().watched).toHaveLength(1); // kept by the registry itself, for a while
    expect(xds.waiting).toBe(0);
  });
});

describe('host names of exported instances', () => {
  it('are resolved, and an instance is left out whose name leads nowhere', async () => {
    const locate: Locate = async (instance) => {
      if (instance.host === 'gone.test') throw new Error('no such host');
      return { instance, address: '10.0.0.7' };
    };
    const { client, start, lines } = await exporting(undefined, locate);
    await start({ host: 'users.test' });
    await start({ host: 'gone.test', port: 5002 });
    const xds = client();
    xds.ask('endpoints', ['users']);
    expect(endpointsIn(await xds.next())[0]?.members).toEqual(['10.0.0.7:5001 HEALTHY 1']);
    expect(lines[0]).toMatchObject({
      message: 'An instance is left out: its host leads nowhere',
      facts: { host: 'gone.test', error: 'Error: no such host' },
    });
  });

  it('of this machine are found by the system where no registry has rules', async () => {
    const instance = { host: 'localhost' } as never;
    expect((await locateWith(undefined)(instance)).address).toMatch(/^(127\.0\.0\.1|::1)$/);
  });
});

describe('the port of the xDS server', () => {
  it('that is taken fails the boot', async () => {
    const { server, registry } = await exporting();
    const parts = { registry, locate: locateWith(undefined), clock: systemClock, random: systemRandom };
    const settings = resolveXdsServerOptions({ port: server.port });
    const second = new XdsServer(settings, { ...parts, log: { debug() {}, warn() {} } });
    const failed = second.listen();
    await expect(failed).rejects.toBeInstanceOf(XdsListenError);
    await expect(failed).rejects.toMatchObject({ code: 'XDS_LISTEN', address: `127.0.0.1:${server.port}` });
  });
});
