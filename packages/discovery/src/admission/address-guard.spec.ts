import dns, { type LookupAddress, type LookupOptions } from 'node:dns';
import { type LookupFunction } from 'node:net';
import { jest } from '@jest/globals';
import { compositeRegistry } from '../composite/composite-registry.js';
import { type ServiceInstance } from '../instance/service-instance.js';
import { memoryRegistry } from '../memory/memory-registry.js';
import { type Reach } from '../registry/registry-backend.js';
import { sampleInstance } from '../testing/sample-instance.js';
import { AddressGuard } from './address-guard.js';
import { type AdmissionOptions } from './admission.options.js';
import { admitting } from './admitting.js';
import { type Refusal } from './gate.js';

const { signal } = new AbortController();

/** Where each name leads, in place of the system's answer. */
let names: Record<string, readonly string[]> = {};

beforeEach(() => {
  const answer = (host: string, _options: LookupOptions, callback: (...found: unknown[]) => void) => {
    const found = names[host]?.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    if (found) callback(null, found);
    else callback(Object.assign(new Error(`no ${host}`), { code: 'ENOTFOUND' }), []);
  };
  jest.spyOn(dns, 'lookup').mockImplementation(answer as never);
});
afterEach(() => jest.restoreAllMocks());

function resolve(
  lookup: LookupFunction | undefined,
  host: string,
  options: LookupOptions = { all: true },
): Promise<readonly string[]> {
  return new Promise((done, fail) =>
    lookup?.(host, options, (error: Error | null, found: string | LookupAddress[]) => {
      if (error) fail(error);
      else done(typeof found === 'string' ? [found] : found.map(({ address }) => address));
    }),
  );
}

async function list(
  hosts: readonly string[],
  { reach = 'network', ...options }: AdmissionOptions & { reach?: Reach } = {},
) {
  const inner = Object.assign(memoryRegistry(), { reach });
  for (const host of hosts) await inner.register(sampleInstance({ id: host, host }), 60_000, signal);
  const guard = new AddressGuard();
  const told: Refusal[] = [];
  const registry = admitting(inner, options, guard, (refusal) => told.push(refusal));
  const { instances } = await registry.list('users', signal);
  const [first] = instances as [ServiceInstance];
  return { guard, told, inner, registry, instances, lookup: guard.lookupFor(first) };
}

describe('the host name of an instance', () => {
  it('leads where it leads when that is admitted', async () => {
    names = { 'users.internal': ['10.0.0.1', 'fd00::1'] };
    const { lookup } = await list(['users.internal']);
    expect(await resolve(lookup, 'users.internal')).toEqual(['10.0.0.1', 'fd00::1']);
    expect(await resolve(lookup, 'users.internal', {})).toEqual(['10.0.0.1']);
  });

  it.each([
    ['169.254.169.254', 'metadata'],
    ['::ffff:169.254.169.254', 'metadata'],
    ['127.0.0.1', 'loopback'],
    ['fe80::1%eth0', 'link-local'],
    ['0.0.0.0', 'unspecified'],
  ])('does not lead to %p, which is %s', async (address, special) => {
    names = { 'users.internal': [address] };
    const { lookup, told, registry } = await list(['users.internal']);
    const refused = `The name users.internal leads to ${address}. That is a special address. If it is right, use admit: { special: ['${special}'] }.`;
    for (const options of [{ all: true }, {}])
      await expect(resolve(lookup, 'users.internal', options)).rejects.toMatchObject({
        code: 'ADDRESS_REFUSED',
        host: 'users.internal',
        address,
        message: refused,
      });
    expect(told).toEqual([{ service: 'users', id: '"users.internal"', reason: 'resolved', detail: refused }]);
    expect(registry.counters?.()).toEqual({ refusedInstances: 0, refusedConnections: 2 });
  });

  it('is told once for each service that has it, and for no other', async () => {
    names = { 'users.internal': ['127.0.0.1'] };
    const { lookup, told, inner, registry } = await list(['users.internal']);
    await inner.register(sampleInstance({ service: 'orders', host: 'USERS.internal' }), 60_000, signal);
    await inner.register(sampleInstance({ service: 'mails', host: 'mails.internal' }), 60_000, signal);
    for (const service of ['orders', 'mails']) await registry.list(service, signal);
    for (let tries = 0; tries < 2; tries += 1)
      await expect(resolve(lookup, 'users.internal')).rejects.toThrow('loopback');
    expect(told.map(({ service, reason }) => `${service} ${reason}`)).toEqual([
      'users resolved',
      'orders resolved',
    ]);
    expect(registry.counters?.()).toEqual({ refusedInstances: 0, refusedConnections: 2 });
  });

  it('leads to the admitted ones of its addresses only', async () => {
    names = { 'users.internal': ['169.254.169.254', '10.0.0.1', '127.0.0.1'] };
    const { lookup, told } = await list(['users.internal']);
    expect(await resolve(lookup, 'users.internal')).toEqual(['10.0.0.1']);
    expect(await resolve(lookup, 'users.internal', {})).toEqual(['10.0.0.1']);
    expect(told).toEqual([]);
  });

  it('leads to a special address that is admitted, and by a name that is allowed to no other', async () => {
    names = { 'users.internal': ['127.0.0.1'], 'x.shop.internal': ['169.254.169.254'] };
    const here = await list(['users.internal'], { reach: 'host' });
    expect(await resolve(here.lookup, 'users.internal')).toEqual(['127.0.0.1']);
    const special = await list(['users.internal'], { special: ['loopback'] });
    expect(await resolve(special.lookup, 'users.internal')).toEqual(['127.0.0.1']);
    const allowed = await list(['x.shop.internal'], { allow: ['*.shop.internal', '169.254.0.0/16'] });
    await expect(resolve(allowed.lookup, 'x.shop.internal')).rejects.toThrow('special address');
  });

  it('fails as it does when nobody knows it', async () => {
    names = {};
    const { lookup, told } = await list(['users.internal']);
    await expect(resolve(lookup, 'users.internal')).rejects.toMatchObject({ code: 'ENOTFOUND' });
    expect(told).toEqual([]);
  });

  it('is resolved by the rules of the registry that lists it, and by the strictest when none does', async () => {
    names = { near: ['127.0.0.1'], far: ['127.0.0.1'] };
    const near = memoryRegistry();
    const far = Object.assign(memoryRegistry(), { reach: 'network' as const });
    const guard = new AddressGuard();
    const checked = admitting(compositeRegistry([far, near]), {}, guard, () => {});
    await near.register(sampleInstance({ service: 'a', host: 'near' }), 60_000, signal);
    await far.register(sampleInstance({ service: 'b', host: 'far' }), 60_000, signal);
    const lookupOf = async (service: string) => {
      const [first] = (await checked.list(service, signal)).instances as [ServiceInstance];
      return guard.lookupFor(first);
    };
    expect(await resolve(await lookupOf('a'), 'near')).toEqual(['127.0.0.1']);
    await expect(resolve(await lookupOf('b'), 'far')).rejects.toThrow('loopback');
    const stranger = sampleInstance({ host: 'near' });
    await expect(resolve(guard.lookupFor(stranger), 'near')).rejects.toThrow('loopback');
  });

  it('has one way to be resolved for each registry, whatever the service, and an address has none', async () => {
    const { guard, instances, inner, registry } = await list([
      'users.internal',
      'other.internal',
      '10.0.0.1',
      'fd00::1',
    ]);
    const lookups = instances.map((instance) => guard.lookupFor(instance));
    expect(lookups[0]).toBe(lookups[1]);
    await inner.register(sampleInstance({ service: 'orders', host: 'orders.internal' }), 60_000, signal);
    const [order] = (await registry.list('orders', signal)).instances as [ServiceInstance];
    expect(guard.lookupFor(order)).toBe(lookups[0]);
    expect(lookups.map((lookup) => typeof lookup)).toEqual([
      'function',
      'function',
      'undefined',
      'undefined',
    ]);
  });
});
