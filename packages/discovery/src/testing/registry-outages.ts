import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sleep, systemClock } from '@rookery/common';
import { type Snapshot } from '../registry/registry-backend.js';
import { type RegistryEvent } from '../registry/registry-events.js';
import { ServiceRegistry } from '../registry/service-registry.js';
import { eventually } from './eventually.js';
import { type OutageSubject } from './outage-subject.js';
import { sampleInstance } from './sample-instance.js';
import { recordWatch } from './watch-recorder.js';

const TTL = 2_000;

/** Longer than a lease lasts, also in an engine that takes a second more. */
const OUTAGE_MS = 3_500;

/** So long that nobody can be gone because it is over. */
const LONG_TTL = 60_000;

/**
 * What an app sees of a registry whose server breaks, as a Jest suite: who answers stays listed whatever the server says,
 * and who has left is gone. It takes real time, some seconds a test.
 *
 * @param open Starts a new server, with nobody registered.
 */
export function registryOutages(name: string, open: () => Promise<OutageSubject>): void {
  describe(`${name} as a registry that breaks`, () => {
    const { signal } = new AbortController();
    const registries: ServiceRegistry[] = [];
    const listeners = new Map<string, Server>();
    let subject: OutageSubject;

    beforeEach(async () => {
      subject = await open();
    });
    afterEach(async () => {
      const { server, link } = subject;
      server.signal('SIGCONT');
      await Promise.all(registries.splice(0).map((registry) => registry.close()));
      for (const listener of listeners.values()) listener.close();
      listeners.clear();
      await link.close();
      await server.dispose();
    });

    const soon = (look: () => void | Promise<void>) => eventually((ms) => sleep(systemClock, ms), look);
    const registryAt = (port: number, ttl = TTL) => {
      const registry = new ServiceRegistry({ backend: subject.connect(port), ttl });
      registries.push(registry);
      return registry;
    };
    const told = (registry: ServiceRegistry) => {
      const types: RegistryEvent['type'][] = [];
      registry.onEvent(({ type }) => types.push(type));
      return types;
    };
    /** An instance whose port accepts connections. */
    const listening = async (id: string) => {
      const listener = createServer((socket) => socket.on('error', () => {}).destroy()).listen(
        0,
        '127.0.0.1',
      );
      listeners.set(id, listener);
      await once(listener, 'listening');
      const { port } = listener.address() as { port: number };
      return { service: 'users', id, host: '127.0.0.1', port };
    };
    const shutDown = async (id: string) => {
      const listener = listeners.get(id)?.close();
      if (listener) await once(listener, 'close');
    };
    const idsOf = async (registry: ServiceRegistry) => {
      const instances = await registry.discover('users');
      return instances.map(({ id }) => id);
    };
    const record = (registry: ServiceRegistry) => {
      const snapshots: Snapshot[] = [];
      void (async () => {
        for await (const snapshot of registry.watch('users')) snapshots.push(snapshot);
      })();
      return snapshots;
    };
    const breakDown = async (how: string) => {
      if (how === 'frozen') subject.server.signal('SIGSTOP');
      else await subject.server.kill();
      if (how === 'emptied') await subject.server.wipe();
    };
    const mend = async (how: string) => {
      if (how === 'frozen') subject.server.signal('SIGCONT');
      else await subject.server.up();
    };

    it.each(['killed', 'emptied', 'frozen'])(
      'keeps those who answer when its server is %s for longer than a lease lasts, and no others',
      async (how) => {
        const { link } = subject;
        const { port } = subject.server;
        for (const id of ['a', 'b']) await registryAt(link.port).register(await listening(id));
        const dead = sampleInstance(await listening('dead'));
        await subject.connect(port).register(dead, TTL, signal);
        const reader = registryAt(port);
        expect(await idsOf(reader)).toEqual(['a', 'b', 'dead']);
        const events = told(reader);
        const snapshots = record(reader);

        link.silence();
        await breakDown(how);
        await shutDown('dead');
        await soon(() => expect(events).toContain('watch-lost'));
        await sleep(systemClock, OUTAGE_MS);
        expect(await idsOf(reader)).toEqual(['a', 'b', 'dead']);
        await mend(how);
        // The reader hears of the server before anybody can register there again.
        await soon(() => expect(events).toContain('watch-restored'));
        link.restore();
        await soon(async () => expect(await idsOf(reader)).toEqual(['a', 'b']));
        // They have come back, and are listed for that and not because they answer.
        await soon(() =>
          expect(reader.status().watched).toMatchObject([{ up: 2, unlisted: 0, stale: false }]),
        );

        const lists = snapshots.map(({ instances }) => instances.map(({ id }) => id));
        for (const list of lists) expect(list).toEqual(expect.arrayContaining(['a', 'b']));
        const revisions = snapshots.map(({ revision }) => revision);
        expect(revisions).toEqual([...new Set(revisions)].sort((one, other) => one - other));
      },
    );

    it('has lost at once who left while only the reader was cut off', async () => {
      const member = registryAt(subject.server.port, LONG_TTL);
      for (const id of ['stays', 'leaves']) await member.register(await listening(id));
      const reader = registryAt(subject.link.port, LONG_TTL);
      expect(await idsOf(reader)).toEqual(['leaves', 'stays']);
      const events = told(reader);

      subject.link.silence();
      await soon(() => expect(events).toContain('watch-lost'));
      await member.deregister('users', 'leaves');
      await shutDown('leaves');
      await member.register(await listening('comes'));
      expect(await idsOf(reader)).toEqual(['leaves', 'stays']);
      subject.link.restore();
      await soon(async () => expect(await idsOf(reader)).toEqual(['comes', 'stays']));
      expect(reader.status().watched).toMatchObject([{ up: 2, unlisted: 0, stale: false }]);
    });

    it('says itself what its server has, and numbers that later than what it said before', async () => {
      const backend = subject.connect(subject.server.port);
      for (const id of ['a', 'b']) await backend.register(sampleInstance({ id }), LONG_TTL, signal);
      const before: Snapshot[] = [];
      const reading = (async () => {
        for await (const snapshot of backend.watch('users', signal)) before.push(snapshot);
      })();
      reading.catch(() => {});
      await soon(() => expect(before.at(-1)?.instances).toHaveLength(2));
      await subject.server.kill();
      await subject.server.wipe();
      await expect(reading).rejects.toThrow('cannot be used');
      await subject.server.up();
      const lease = await backend.register(sampleInstance({ id: 'new' }), LONG_TTL, signal);
      const after = recordWatch(backend, 'users');
      await soon(() => expect(after.ids()).toEqual(['new']));
      expect((await backend.list('users', signal)).instances.map(({ id }) => id)).toEqual(['new']);
      await lease.release(signal);
      await soon(() => expect(after.ids()).toEqual([]));
      await after.stop();
      const revisions = [...before, ...after.snapshots].map(({ revision }) => revision);
      expect(revisions).toEqual([...new Set(revisions)].sort((one, other) => one - other));
    });
  });
}
