import { sleep, systemClock } from '@rookery/common';
import { VirtualClock } from '@rookery/common/testing';
import {
  dnsRegistry,
  type DnsRegistryOptions,
  type RegistryBackend,
  ServiceRegistry,
} from '@rookery/discovery';
import { eventually, recordWatch } from '@rookery/discovery/testing';
import { type DnsServer, startDnsServer } from './dns-server.js';

const { signal } = new AbortController();

describe('DNS as a registry', () => {
  let server: DnsServer;
  let clock: VirtualClock;

  beforeEach(async () => {
    server = await startDnsServer();
    clock = new VirtualClock();
  });
  afterEach(async () => {
    await server.close();
    expect(clock.pending).toBe(0);
  });

  const create = (
    services: DnsRegistryOptions['services'] = { users: { host: 'users.local', port: 3000 } },
    options: Partial<DnsRegistryOptions> = {},
  ) => dnsRegistry({ services, servers: [server.address], timeout: 100, clock, ...options });
  const hosts = async (registry: RegistryBackend, service = 'users') =>
    (await registry.list(service, signal)).instances.map(({ host, port }) => `${host} ${port}`);
  /** Virtual time for the polling, real time for the answers. */
  const soon = <T>(look: () => T | Promise<T>, stepMs = 0) =>
    eventually(async () => {
      await clock.advance(stepMs);
      await sleep(systemClock, 2);
    }, look);
  const srv = (target: string, port: number, priority = 0, weight = 0) => ({
    target,
    port,
    priority,
    weight,
  });

  it('has an instance for each address of a name', async () => {
    server.zones['users.local'] = { A: ['10.0.0.2', '10.0.0.1', '10.0.0.1'] };
    const registry = create();
    const { instances } = await registry.list('users', signal);
    expect(instances).toMatchObject([
      { id: '10.0.0.1:3000', host: '10.0.0.1', port: 3000, protocol: 'http', weight: 1, status: 'up' },
      { id: '10.0.0.2:3000', host: '10.0.0.2' },
    ]);
    expect(registry.description).toBe(`DNS at ${server.address}`);
    expect(await registry.cleanup(signal)).toBe(0);
  });

  it('takes IPv6 addresses where there are no others, so that a host with both is one instance', async () => {
    server.zones['users.local'] = { AAAA: ['fd00::1'] };
    server.zones['both.local'] = { A: ['10.0.0.1'], AAAA: ['fd00::1'] };
    const registry = create({
      users: { host: 'users.local', port: 80, protocol: 'grpc' },
      both: { host: 'both.local', port: 80 },
    });
    expect((await registry.list('users', signal)).instances).toMatchObject([
      { id: '[fd00::1]:80', host: 'fd00::1', protocol: 'grpc' },
    ]);
    expect(await hosts(registry, 'both')).toEqual(['10.0.0.1 80']);
  });

  it('reads SRV records: the lowest priority that has an address, ports, and weights in proportion', async () => {
    server.zones['_http._tcp.users.local'] = {
      SRV: [
        srv('spare.local', 9, 20),
        srv('gone.local', 8, 5),
        srv('a.local', 1, 10, 60_000),
        srv('b.local', 2, 10, 30_000),
        srv('b.local', 0, 10, 1),
        srv('c.local', 3, 10, 0),
      ],
    };
    for (const [index, name] of ['a', 'b', 'c', 'spare'].entries())
      server.zones[`${name}.local`] = { A: [`10.0.0.${index + 1}`] };
    const registry = create({ users: { srv: '_http._tcp.users.local' } });
    const { instances } = await registry.list('users', signal);
    expect(instances.map(({ host, port, weight }) => [host, port, weight])).toEqual([
      ['10.0.0.1', 1, 1_000],
      ['10.0.0.2', 2, 500],
      ['10.0.0.3', 3, 1],
    ]);
    expect(registry.counters?.()).toEqual({ ignoredRecords: 1, doubtedAnswers: 0 });
    expect(server.asked['A spare.local']).toBeUndefined();
  });

  it('keeps names where a certificate is made out to them', async () => {
    server.zones['_https._tcp.users.local'] = { SRV: [srv('a.local', 443)] };
    server.zones['a.local'] = { A: ['10.0.0.1', '10.0.0.2'] };
    const registry = create({
      users: { srv: '_https._tcp.users.local', protocol: 'https' },
      orders: { host: 'a.local', port: 8443, protocol: 'https' },
    });
    expect(await hosts(registry)).toEqual(['a.local 443']);
    expect(await hosts(registry, 'orders')).toEqual(['a.local 8443']);
  });

  it('has nothing where the name says that there is nothing, and where nobody configured anything', async () => {
    server.zones['none.local'] = { SRV: [srv('.', 0)] };
    const registry = create({ none: { srv: 'none.local' }, users: { host: 'missing.local', port: 1 } });
    expect(await hosts(registry, 'none')).toEqual([]);
    expect(await hosts(registry)).toEqual([]);
    expect(await hosts(registry, 'nobody')).toEqual([]);
    expect(await registry.services(signal)).toEqual([]);
    const watch = recordWatch(registry, 'nobody');
    await soon(() => expect(watch.ids()).toEqual([]));
    await watch.stop();
  });

  it('asks again when the time to live is over, not sooner, and says only what has changed', async () => {
    server.zones['users.local'] = { A: ['10.0.0.1'], ttl: 10 };
    const watch = recordWatch(create(), 'users');
    await soon(() => expect(watch.ids()).toEqual(['10.0.0.1:3000']));
    await soon(() => expect(clock.pending).toBe(1));
    await clock.advance(9_999);
    expect(server.asked['A users.local']).toBe(1);
    await clock.advance(1);
    await soon(() => expect([server.asked['A users.local'], clock.pending]).toEqual([2, 1]));
    server.zones['users.local'] = { A: ['10.0.0.1', '10.0.0.2'], ttl: 10 };
    const [first] = watch.snapshots;
    await clock.advance(10_000);
    await soon(() => expect(watch.ids()).toEqual(['10.0.0.1:3000', '10.0.0.2:3000']));
    expect(watch.snapshots).toHaveLength(2);
    expect(watch.snapshots[1]?.instances[0]).toBe(first?.instances[0]);
    await watch.stop();
  });

  it.each([
    [0, 1_000],
    [86_400, 30_000],
  ])('bounds a time to live of %p s: the next question comes after %p ms', async (ttl, ms) => {
    server.zones['users.local'] = { A: ['10.0.0.1'], ttl };
    const watch = recordWatch(create(), 'users');
    await soon(() => expect(clock.pending).toBe(1));
    await clock.advance(ms - 1);
    expect(clock.pending).toBe(1);
    expect(server.asked['A users.local']).toBe(1);
    await clock.advance(1);
    await soon(() => expect(server.asked['A users.local']).toBe(2));
    await watch.stop();
  });

  it('does not believe an empty answer at once, but one that is repeated', async () => {
    server.zones['users.local'] = { A: ['10.0.0.1'], ttl: 1 };
    const registry = create(undefined, { emptyAfter: '10s' });
    expect(await hosts(registry)).toEqual(['10.0.0.1 3000']);
    delete server.zones['users.local'];
    expect(await hosts(registry)).toEqual(['10.0.0.1 3000']);
    await clock.advance(9_999);
    server.zones['users.local'] = { fault: 'servfail' };
    await expect(registry.list('users', signal)).rejects.toMatchObject({ code: 'DNS_LOOKUP_FAILED' });
    delete server.zones['users.local'];
    await clock.advance(1);
    expect(await hosts(registry)).toEqual(['10.0.0.1 3000']); // what the outage hid is no repetition
    await clock.advance(9_999);
    expect(await hosts(registry)).toEqual(['10.0.0.1 3000']);
    await clock.advance(1);
    expect(await hosts(registry)).toEqual([]);
    expect(registry.counters?.()).toMatchObject({ doubtedAnswers: 3 });
  });

  it('watches an empty answer closely, and forgets its doubts when the instances are back', async () => {
    server.zones['users.local'] = { A: ['10.0.0.1'], ttl: 30 };
    const watch = recordWatch(create(), 'users');
    await soon(() => expect(clock.pending).toBe(1));
    server.zones['users.local'] = {};
    await clock.advance(30_000);
    await soon(() => expect(clock.pending).toBe(1));
    server.zones['users.local'] = { A: ['10.0.0.9'], ttl: 30 };
    await clock.advance(1_000);
    await soon(() => expect(watch.ids()).toEqual(['10.0.0.9:3000']));
    expect(watch.snapshots.map(({ instances }) => instances.length)).toEqual([1, 1]);
    await watch.stop();
  });

  it.each(['servfail', 'silent'] as const)(
    'keeps the last list while the name server is %s, and is up to date again after it',
    async (fault) => {
      server.zones['users.local'] = { A: ['10.0.0.1'], ttl: 1 };
      const registry = new ServiceRegistry({ backend: create(), clock });
      expect(await registry.discover('users')).toHaveLength(1);
      server.zones['users.local'] = { fault };
      await soon(() => expect(registry.status().watched).toMatchObject([{ up: 1, stale: true }]), 100);
      server.zones['users.local'] = { A: ['10.0.0.1', '10.0.0.2'], ttl: 1 };
      await soon(() => expect(registry.status().watched).toMatchObject([{ up: 2, stale: false }]), 100);
      await registry.close();
    },
    20_000,
  );

  it('keeps the address of a target that cannot be asked for, and only as long as it is a target', async () => {
    server.zones['users.local'] = { SRV: [srv('a.local', 1), srv('b.local', 2)] };
    server.zones['a.local'] = { A: ['10.0.0.1'] };
    server.zones['b.local'] = { fault: 'servfail' };
    const registry = create({ users: { srv: 'users.local' } });
    expect(await hosts(registry)).toEqual(['10.0.0.1 1']);
    server.zones['a.local'] = { fault: 'servfail' };
    server.zones['b.local'] = { A: ['10.0.0.2'] };
    expect(await hosts(registry)).toEqual(['10.0.0.1 1', '10.0.0.2 2']);
    server.zones['users.local'] = { SRV: [srv('b.local', 2)] };
    await hosts(registry);
    server.zones['users.local'] = { SRV: [srv('a.local', 1)] };
    await expect(hosts(registry)).rejects.toThrow('The A records of a.local cannot be read: ESERVFAIL.');
  });

  it('ends a question when nobody waits for it any more', async () => {
    server.zones['users.local'] = { fault: 'silent' };
    const abort = new AbortController();
    const list = create(undefined, { timeout: '60s' }).list('users', abort.signal);
    await soon(() => expect(server.asked['A users.local']).toBe(1));
    abort.abort();
    await expect(list).rejects.toThrow('ECANCELLED');
  });

  it('says which services have an instance, and fails only when nobody knows of any', async () => {
    server.zones['users.local'] = { A: ['10.0.0.1'] };
    server.zones['orders.local'] = { fault: 'servfail' };
    const registry = create({
      users: { host: 'users.local', port: 1 },
      orders: { host: 'orders.local', port: 1 },
    });
    expect(await registry.services(signal)).toEqual(['users']);
    server.zones['users.local'] = { fault: 'servfail' };
    await expect(registry.services(signal)).rejects.toThrow('cannot be read');
  });

  it.each<[object, string]>([
    [{ services: {} }, 'services: Empty.'],
    [{ services: { users: { host: 'a' } } }, 'services.users.port: Missing.'],
    [{ services: { users: { srv: 'a', port: 1 } } }, 'services.users.port: Unknown option.'],
    [{ services: { users: { host: 'a b', port: 1 } } }, 'services.users.host: Invalid value "a b".'],
    [{ services: { users: 'a' } }, 'services.users: Invalid value "a". Use an object'],
    [{ servers: ['dns.example'] }, 'servers[0]: Invalid value "dns.example". Use an IP address'],
    [{ minInterval: '1m' }, 'minInterval: Longer than maxInterval.'],
    [{ timeout: 0 }, 'timeout: Invalid value 0.'],
  ])('refuses %p', (options, message) => {
    expect(() => dnsRegistry({ services: { users: { srv: 'a' } }, ...options })).toThrow(message);
  });
});
