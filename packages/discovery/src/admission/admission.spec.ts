import { jest } from '@jest/globals';
import fc from 'fast-check';
import { memoryRegistry } from '../memory/memory-registry.js';
import { sampleInstance } from '../testing/sample-instance.js';
import { type ServiceInstance } from '../instance/service-instance.js';
import { type Reach, type RegistryBackend } from '../registry/registry-backend.js';
import { compositeRegistry } from '../composite/composite-registry.js';
import { AddressGuard } from './address-guard.js';
import { Admission } from './admission.js';
import { admissionCheck, type AdmissionOptions, admissionRules } from './admission.options.js';
import { admitting } from './admitting.js';
import { Gate, type Refusal } from './gate.js';

const { signal } = new AbortController();

const judge = (facts: object, options: AdmissionOptions = {}, reach: Reach = 'network') =>
  new Admission(admissionRules(options, reach)).judge('users', {
    ...sampleInstance(),
    host: '10.0.0.1',
    ...facts,
  });
const admits = (host: string, options?: AdmissionOptions, reach?: Reach) =>
  judge({ host }, options, reach) === undefined;

describe('an instance that a registry lists', () => {
  it.each([
    '10.0.0.1',
    '192.168.1.1',
    '172.16.0.1',
    '100.64.0.1',
    '8.8.8.8',
    'fd00::1',
    '2001:db8::1',
    'users.internal',
  ])('is admitted at %p', (host) => expect(admits(host)).toBe(true));

  it.each([
    ['169.254.169.254', 'metadata'],
    ['::ffff:169.254.169.254', 'metadata'],
    ['::ffff:a9fe:a9fe', 'metadata'],
    ['169.254.170.2', 'metadata'],
    ['fd00:ec2::254', 'metadata'],
    ['100.100.100.200', 'metadata'],
    ['168.63.129.16', 'metadata'],
    ['metadata.google.internal', 'metadata'],
    ['Metadata.Google.Internal.', 'metadata'],
    ['instance-data.ec2.internal', 'metadata'],
    ['127.0.0.1', 'loopback'],
    ['127.255.255.254', 'loopback'],
    ['::1', 'loopback'],
    ['::ffff:127.0.0.1', 'loopback'],
    ['localhost', 'loopback'],
    ['LOCALHOST.', 'loopback'],
    ['db.localhost', 'loopback'],
    ['169.254.1.1', 'link-local'],
    ['fe80::1', 'link-local'],
    ['febf::1', 'link-local'],
    ['0.0.0.0', 'unspecified'],
    ['0.1.2.3', 'unspecified'],
    ['::', 'unspecified'],
    ['::ffff:0.0.0.0', 'unspecified'],
    ['224.0.0.1', 'multicast'],
    ['239.255.255.255', 'multicast'],
    ['ff02::1', 'multicast'],
    ['255.255.255.255', 'reserved'],
    ['240.0.0.1', 'reserved'],
    ['::7f00:1', 'reserved'],
    ['::ffff:0:169.254.169.254', 'reserved'],
    ['::ffff:0:7f00:1', 'reserved'],
    ['64:ff9b::7f00:1', 'reserved'],
    ['2002:7f00:1::', 'reserved'],
    ['2001:0:7f00:1::', 'reserved'],
  ] as const)('is refused at %p, which is %s, unless that is admitted', (host, special) => {
    expect(judge({ host })).toEqual({
      reason: 'address',
      detail: `The host ${host} is a special address. If it is right, use admit: { special: ['${special}'] }.`,
    });
    expect(admits(host, { allow: ['0.0.0.0/0', '::/0'] })).toBe(false);
    expect(admits(host, { special: [special] })).toBe(true);
  });

  it.each([
    '2130706433',
    '0x7f000001',
    '017700000001',
    '0x7f.1',
    '127.1',
    '0177.0.0.1',
    '127.0.0.1.',
    '10.1',
    '0xa9fea9fe',
  ])('is refused at %p, an address in another form, whatever is admitted', (host) => {
    expect(admits(host, { special: ['loopback', 'metadata'], allow: ['0.0.0.0/0'] })).toBe(false);
    expect(judge({ host })?.detail).toMatch(/is the address [\d.]+ in another form/);
  });

  it('may be at the loopback address where only this host can register', () => {
    expect(admits('127.0.0.1', {}, 'process')).toBe(true);
    expect(admits('localhost', {}, 'host')).toBe(true);
    expect(admits('127.0.0.1', { special: [] }, 'host')).toBe(false);
    expect(admits('169.254.169.254', {}, 'host')).toBe(false);
  });

  it('has to be where instances are allowed, in any notation', () => {
    const options = { allow: ['10.0.0.0/8', '192.168.1.7', 'fd00::/8', '*.Shop.internal', 'gate.example.'] };
    for (const host of [
      '10.255.0.1',
      '::ffff:10.0.0.1',
      '192.168.1.7',
      'fd12::1',
      'a.b.shop.internal',
      'GATE.example',
    ])
      expect([host, admits(host, options)]).toEqual([host, true]);
    for (const host of [
      '11.0.0.1',
      '192.168.1.8',
      'fe00::1',
      'shop.internal',
      'badshop.internal',
      'x.gate.example',
    ])
      expect([host, admits(host, options)]).toEqual([host, false]);
    expect(judge({ host: '11.0.0.1' }, options)?.detail).toContain('add it to admit.allow');
    expect(admits('127.0.0.1', { allow: ['127.0.0.0/8'], special: ['loopback'] })).toBe(true);
    expect(admits('10.0.0.1', { allow: [] })).toBe(false);
  });

  it.each([
    [{ port: 0 }],
    [{ port: 65_536 }],
    [{ port: 1.5 }],
    [{ weight: 0 }],
    [{ weight: -1 }],
    [{ weight: Number.NaN }],
    [{ weight: Infinity }],
    [{ weight: 1e308 }],
    [{ metadata: { a: 'x'.repeat(4_097) } }],
    [{ metadata: { a: 1 } }],
    [{ metadata: null }],
    [{ host: 'unix:/run/x' }],
    [{ host: 'file:///etc' }],
    [{ host: 'a@b' }],
    [{ host: 'fe80::1%eth0' }],
    [{ host: 'a/../b' }],
    [{ protocol: 'HTTP' }],
    [{ id: 'a\nb' }],
    [{ status: 'down' }],
    [{ extra: 1 }],
  ])('is refused with %p', (facts) => {
    expect(judge(facts)?.reason).toBe('invalid');
  });

  it('is refused in the list of another service', () => {
    expect(judge({ service: 'orders' })).toEqual({
      reason: 'foreign',
      detail: 'It is an instance of orders.',
    });
  });

  it('is judged without harm, whatever it is', () => {
    const before = Object.getOwnPropertyNames(Object.prototype);
    const admission = new Admission(admissionRules({}, 'network'));
    fc.assert(
      fc.property(
        fc.anything(),
        (entry) => admission.judge('users', entry as ServiceInstance)?.reason === 'invalid',
      ),
    );
    fc.assert(
      fc.property(fc.string(), (host) => {
        judge({ host });
      }),
    );
    expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
  });

  it('is looked for where the options make sense', () => {
    const problems = (options: object) => {
      const found: string[] = [];
      admissionCheck(options, 'admit', found);
      return found;
    };
    expect(
      problems({ allow: ['10.0.0.0/8', '::1', '*.a.b', 'a'], special: ['loopback'], maxInstances: 1 }),
    ).toEqual([]);
    for (const range of [
      '10.0.0.0/33',
      '10.0.0/8',
      '::/129',
      '10.0.0.0/',
      '10.0.0.0/8/8',
      '*',
      'a b',
      '',
      'fe80::1%e',
    ])
      expect([range, problems({ allow: [range] }).length]).toEqual([range, 1]);
    expect(problems({ special: ['private'] })).toHaveLength(1);
    expect(problems({ maxInstances: 0 })).toHaveLength(1);
  });
});

describe('the list of a registry, checked', () => {
  function setUp(entries: readonly unknown[], options: AdmissionOptions = {}, reach: Reach = 'network') {
    const told: Refusal[] = [];
    const listed = { entries };
    const inner: RegistryBackend = Object.assign(memoryRegistry(), {
      reach,
      list: async () => ({ revision: 1, instances: listed.entries as ServiceInstance[] }),
      counters: () => ({ ignoredFiles: 3 }),
    });
    const registry = admitting(inner, options, new AddressGuard(), (refusal) => told.push(refusal));
    const ids = async () => (await registry.list('users', signal)).instances.map(({ id }) => id);
    return { registry, told, ids, listed };
  }
  const at = (id: string, host = '10.0.0.1') => sampleInstance({ id, host });

  it('is as it was when everybody is admitted', async () => {
    const entries = [at('a'), at('b')];
    const { registry, told } = setUp(entries);
    expect((await registry.list('users', signal)).instances).toBe(entries);
    expect(told).toEqual([]);
    expect(registry.counters?.()).toEqual({
      ignoredFiles: 3,
      refusedInstances: 0,
      refusedConnections: 0,
    });
  });

  it('loses the rogue entries and nothing else; they are counted, and told once for each reason', async () => {
    const rogues = [at('m', '169.254.169.254'), at('n', '127.0.0.1'), null, 7, { id: 'x\u202e\n' }];
    const { registry, told, ids } = setUp([at('a'), ...rogues, at('b'), { ...at('a'), port: 9 }]);
    expect(await ids()).toEqual(['a', 'b']);
    expect(told.map(({ service, id, reason }) => [service, id, reason])).toEqual([
      ['users', '"m"', 'address'],
      ['users', 'none', 'invalid'],
      ['users', '"a"', 'duplicate'],
    ]);
    expect(registry.counters?.()).toMatchObject({ refusedInstances: 6 });
    await ids();
    expect(told).toHaveLength(3);
  });

  it('tells what a registry says without its control characters, and cut', async () => {
    const { told, ids } = setUp([{ id: `\u202e${'x'.repeat(999)}`, [`evil\n${'y'.repeat(99_999)}`]: 1 }]);
    expect(await ids()).toEqual([]);
    expect(told[0]?.id).toMatch(/^"\?x{298}$/);
    expect(told[0]?.detail).toHaveLength(300);
    expect(told[0]?.detail).toMatch(/^evil\?y+$/);
  });

  it('keeps those that were there before a flood', async () => {
    const { ids, listed, told, registry } = setUp([at('a'), at('b')], { maxInstances: 3 });
    expect(await ids()).toEqual(['a', 'b']);
    listed.entries = [at('0'), at('1'), at('a'), at('2'), at('b')];
    expect(await ids()).toEqual(['a', 'b', '0']);
    expect(told).toMatchObject([{ reason: 'crowd', detail: 'There are more than 3 instances.' }]);
    expect(registry.counters?.()).toMatchObject({ refusedInstances: 2 });
  });

  it('takes no gate for names that nobody has, which may come from outside', async () => {
    const filter = jest.spyOn(Gate.prototype, 'filter');
    const { ids, listed } = setUp([]);
    expect(await ids()).toEqual([]);
    expect(filter).not.toHaveBeenCalled();
    listed.entries = [at('a')];
    expect(await ids()).toEqual(['a']);
    listed.entries = [];
    expect(await ids()).toEqual([]);
    expect(filter).toHaveBeenCalledTimes(2);
    filter.mockRestore();
  });

  it('takes 10000 instances of a service unless told otherwise', async () => {
    const { ids } = setUp(Array.from({ length: 10_001 }, (_, index) => at(`${index}`)));
    expect(await ids()).toHaveLength(10_000);
  });

  it('is checked for each of several registries by its own reach', async () => {
    const told: Refusal[] = [];
    const near = memoryRegistry();
    const far = Object.assign(memoryRegistry(), { reach: 'network' as const });
    const checked = admitting(compositeRegistry([far, near]), {}, new AddressGuard(), (refusal) =>
      told.push(refusal),
    );
    await near.register(at('near', '127.0.0.1'), 1_000, signal);
    await far.register(at('far', '127.0.0.1'), 1_000, signal);
    const { instances } = await checked.list('users', signal);
    expect(instances.map(({ id }) => id)).toEqual(['near']);
    expect(told).toMatchObject([{ id: '"far"', reason: 'address' }]);
  });
});
