import { type RecordWithTtl, type SrvRecord } from 'node:dns';
import { VirtualClock } from '@rookery/common/testing';
import { type DnsHostService, dnsSettings, type DnsSrvService } from './dns.options.js';
import { DnsService } from './dns-service.js';
import { dnsRegistry } from './dns-registry.js';
import { NameServer } from './name-server.js';

const { signal } = new AbortController();

/** A name server whose answers a test gives when it likes. */
class Answers extends NameServer {
  readonly waiting: ((records: RecordWithTtl[]) => void)[] = [];
  srv: SrvRecord[] = [];

  constructor() {
    super({ servers: [], timeoutMs: 1 });
  }

  override addresses(): Promise<RecordWithTtl[]> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  override async targets(): Promise<SrvRecord[]> {
    return this.srv;
  }
}

function setUp(place: DnsSrvService | DnsHostService = { host: 'users.local', port: 80 }) {
  const clock = new VirtualClock();
  const server = new Answers();
  const settings = dnsSettings({ services: {} });
  let revision = 0;
  const service = new DnsService('users', place, {
    server,
    clock,
    settings,
    nextRevision: () => (revision += 1),
  });
  const answer = (...addresses: string[]) => addresses.map((address) => ({ address, ttl: 5 }));
  return { clock, server, service, answer };
}

describe('a service in DNS', () => {
  it('is as the later question was answered, also when the earlier one is answered last', async () => {
    const { server, service, answer } = setUp();
    const [earlier, later] = [service.read(signal), service.read(signal)];
    server.waiting[1]?.(answer('10.0.0.2'));
    expect((await later).snapshot.instances).toMatchObject([{ host: '10.0.0.2' }]);
    server.waiting[0]?.(answer('10.0.0.1'));
    const late = await earlier;
    expect(late.snapshot.instances).toMatchObject([{ host: '10.0.0.2' }]);
    expect(late.snapshot.revision).toBe((await later).snapshot.revision);
  });

  it('numbers a list anew only when it has changed', async () => {
    const { server, service, answer } = setUp();
    const read = async (...addresses: string[]) => {
      const reading = service.read(signal);
      server.waiting.pop()?.(answer(...addresses));
      return (await reading).snapshot;
    };
    const first = await read('10.0.0.1', '10.0.0.2');
    expect(await read('10.0.0.2', '10.0.0.1')).toBe(first);
    const second = await read('10.0.0.1');
    expect(second.revision).toBeGreaterThan(first.revision);
    expect(second.instances[0]).toBe(first.instances[0]);
  });

  it('has started when it was first seen, also after its weight has changed', async () => {
    const { clock, server, service, answer } = setUp({ srv: 'users.local' });
    const read = async (weight: number) => {
      server.srv = [{ name: 'a.local', port: 80, priority: 0, weight }];
      const reading = service.read(signal);
      await new Promise(setImmediate);
      server.waiting.pop()?.(answer('10.0.0.1'));
      return (await reading).snapshot.instances;
    };
    const [before] = await read(5);
    await clock.advance(60_000);
    const [after] = await read(7);
    expect(after).toEqual({ ...before, weight: 7 });
    expect(Object.isFrozen(after)).toBe(true);
  });

  it('is asked for again after the shortest time to live, and when it has nobody after five seconds', async () => {
    const { server, service } = setUp();
    const reading = service.read(signal);
    server.waiting.pop()?.([
      { address: '10.0.0.1', ttl: 20 },
      { address: '10.0.0.2', ttl: 7 },
    ]);
    expect((await reading).nextMs).toBe(7_000);
    const other = setUp({ srv: 'users.local' });
    expect((await other.service.read(signal)).nextMs).toBe(5_000);
  });
});

describe('the name servers of a registry', () => {
  it('are those of the system unless they are named', () => {
    const services = { users: { srv: 'a' } };
    expect(dnsRegistry({ services }).description).toBe('DNS');
    const named = dnsRegistry({ services, servers: ['[::1]:5353', '10.0.0.1'] });
    expect(named).toMatchObject({
      description: 'DNS at [::1]:5353, 10.0.0.1',
      readOnly: true,
      reach: 'network',
    });
  });
});
