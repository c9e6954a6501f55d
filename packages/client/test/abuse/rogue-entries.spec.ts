import { type TestingModule } from '@nestjs/testing';
import {
  type AdmissionOptions,
  memoryRegistry,
  type ServiceInstance,
  ServiceRegistry,
} from '@rookery/discovery';
import { contactsOf, ROGUE_HOSTS, sampleInstance } from '@rookery/discovery/testing';
import { boot, closeAll, type Protocol, PROTOCOLS } from '../protocols.js';

const { signal } = new AbortController();

afterEach(closeAll);

/** A registry to which every host of the network can write whatever it likes. */
function openRegistry() {
  const registry = Object.assign(memoryRegistry(), { reach: 'network' as const });
  const write = (facts: Partial<ServiceInstance>) =>
    registry.register({ ...sampleInstance(), ...facts }, 60_000, signal);
  return { registry, write };
}

async function scene(protocol: Protocol, facts: Partial<ServiceInstance>, admit: AdmissionOptions = {}) {
  const trap = await protocol.serve('trap');
  const { registry, write } = openRegistry();
  await write({ port: trap.port, protocol: protocol.protocol, ...facts });
  const app = await boot(protocol, { registry, admit });
  return { app, trap };
}

const refused = (app: TestingModule) => app.get(ServiceRegistry).status().counters['refusedInstances'];
const outcome = (protocol: Protocol, app: TestingModule) =>
  protocol.call(app).catch((error: { code?: string }) => error.code);

describe.each(PROTOCOLS)('an entry that somebody wrote into the registry, over %s', (_name, protocol) => {
  it.each(ROGUE_HOSTS)('gets no call, no connection and no look at DNS with the host %j', async (host) => {
    const { app, trap } = await scene(protocol, { host });
    expect(await contactsOf(() => outcome(protocol, app))).toEqual({ result: 'NO_INSTANCES', contacts: 0 });
    expect(trap.seen()).toEqual([]);
    expect(refused(app)).toBe(1);
  });

  // Without these, the others would show nothing.
  it.each(['127.0.0.1', '::ffff:127.0.0.1', 'localhost'])(
    'gets calls at %s where that is admitted',
    async (host) => {
      const { app } = await scene(protocol, { host }, { special: ['loopback'] });
      const { result, contacts } = await contactsOf(() => outcome(protocol, app));
      expect(result).toBe('trap');
      expect(contacts).toBeGreaterThan(0);
    },
  );

  it.each(['127.0.0.1', '169.254.169.254', '0.0.0.0'])(
    'gets no call at %s although the range is allowed',
    async (host) => {
      const { app, trap } = await scene(protocol, { host }, { allow: ['0.0.0.0/0', '::/0'] });
      expect(await contactsOf(() => outcome(protocol, app))).toEqual({ result: 'NO_INSTANCES', contacts: 0 });
      expect(trap.seen()).toEqual([]);
    },
  );

  it.each<[string, object]>([
    ['a weight of Infinity', { weight: Infinity }],
    ['a weight of NaN', { weight: Number.NaN }],
    ['a weight of -1', { weight: -1 }],
    ['a weight of 1e308', { weight: 1e308 }],
    ['a weight of nothing', { weight: 0 }],
    ['a weight as a text', { weight: '9' }],
    ['metadata of 5 KB', { metadata: { big: 'x'.repeat(5_000) } }],
    ['a port outside of all ports', { port: 65_536 }],
    ['a protocol that is a path', { protocol: 'http://evil.example/' }],
  ])('gets no call with %s, and takes none from the others', async (_what, facts) => {
    const rogue = await protocol.serve('rogue');
    const honest = await protocol.serve('honest');
    const { registry, write } = openRegistry();
    const place = { host: '127.0.0.1', protocol: protocol.protocol };
    await write({ ...place, id: 'rogue', port: rogue.port, ...facts });
    await write({ ...place, id: 'honest', port: honest.port });
    const app = await boot(protocol, { registry, admit: { special: ['loopback'] } });
    for (let call = 0; call < 5; call += 1) expect(await outcome(protocol, app)).toBe('honest');
    expect(rogue.seen()).toEqual([]);
    expect(refused(app)).toBe(1);
  });
});
