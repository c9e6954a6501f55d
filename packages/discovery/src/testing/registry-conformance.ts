import { describe, expect, it } from '@jest/globals';
import { systemClock, systemRandom } from '@rookery/common';
import { CONTROL_SERVICE } from '../control/control-service.js';
import { RequestFollower } from '../control/request-follower.js';
import { requestStatus } from '../control/request-status.js';
import { type InstanceStatus } from '../instance/service-instance.js';
import { type RegistryBackend } from '../registry/registry-backend.js';
import {
  CONFORMANCE_TTL_MS as TTL,
  type RegistryFeatures,
  type RegistrySubject,
} from './conformance-subject.js';
import { eventually } from './eventually.js';
import { patiently } from './patiently.js';
import { sampleInstance } from './sample-instance.js';
import { recordWatch, type WatchRecorder } from './watch-recorder.js';

/**
 * The claims that every registry has to meet, as a Jest suite.
 *
 * @param create Makes a new, empty registry for each test.
 */
export function registryConformance(
  name: string,
  create: () => Promise<RegistrySubject>,
  features: RegistryFeatures,
): void {
  describe(`${name} as a registry`, () => {
    const { signal } = new AbortController();
    const watches: WatchRecorder[] = [];
    let subject: RegistrySubject;
    let near: RegistryBackend;
    let far: RegistryBackend;

    /** A test, with a subject of its own. */
    const claim = (what: string, test: () => Promise<void>) =>
      it(what, () =>
        patiently(create, async (made) => {
          subject = made;
          near = subject.connect();
          far = subject.connect();
          try {
            await near.open?.();
            await far.open?.();
            await test();
          } finally {
            try {
              await Promise.all(watches.splice(0).map((watch) => watch.stop()));
            } finally {
              await subject.dispose();
            }
          }
        }),
      );

    const idsOf = async (service = 'users') => {
      const { instances } = await far.list(service, signal);
      return instances.map(({ id }) => id).sort();
    };
    const watch = (service = 'users') => {
      const recorder = recordWatch(far, service);
      watches.push(recorder);
      return recorder;
    };
    const soon = (look: () => void | Promise<void>) => eventually((ms) => subject.elapse(ms), look);
    const forgetsAtOnce = features.forgetsAtOnce ?? true;
    /** Lets leases of one time to live run out. */
    const expire = async (...services: string[]) => {
      await subject.elapse(TTL + 1);
      if (forgetsAtOnce) return;
      for (const service of services) await soon(async () => expect(await idsOf(service)).toEqual([]));
    };

    claim('lists what another process registered, unchanged', async () => {
      const instance = sampleInstance({
        zone: 'a',
        weight: 7,
        metadata: { canary: 'yes' },
        version: '1.2.3',
      });
      await near.register(instance, TTL, signal);
      const { instances } = await far.list('users', signal);
      expect(instances).toEqual([instance]);
    });

    claim('keeps services and instances apart', async () => {
      await near.register(sampleInstance({ id: 'a' }), TTL, signal);
      await near.register(sampleInstance({ id: 'A' }), TTL, signal);
      await near.register(sampleInstance({ id: 'a', service: 'orders' }), TTL, signal);
      expect(await idsOf()).toEqual(['A', 'a']);
      expect(await idsOf('orders')).toEqual(['a']);
      expect([...(await far.services(signal))].sort()).toEqual(['orders', 'users']);
    });

    claim('has an empty list and no name for a service that nobody registered', async () => {
      expect(await idsOf('nobody')).toEqual([]);
      expect(await far.services(signal)).toEqual([]);
    });

    for (const id of [
      '../../escape',
      '..',
      '/etc/passwd',
      'a\\b',
      'CON',
      '%2e%2e',
      'ünï-ço∂é',
      'x'.repeat(128),
    ])
      claim(`takes the id ${id} as a name and nothing else`, async () => {
        const lease = await near.register(sampleInstance({ id }), TTL, signal);
        expect(await idsOf()).toEqual([id]);
        await lease.release(signal);
        expect(await idsOf()).toEqual([]);
      });

    claim('never lists what has expired', async () => {
      await near.register(sampleInstance(), TTL, signal);
      await expire('users');
      expect(await idsOf()).toEqual([]);
      expect(await far.services(signal)).toEqual([]);
    });

    claim('keeps what is renewed', async () => {
      const lease = await near.register(sampleInstance(), TTL, signal);
      for (let beat = 0; beat < 6; beat += 1) {
        await subject.elapse(TTL / 3);
        await lease.renew(signal);
        expect(await idsOf()).toEqual(['users-1']);
      }
    });

    claim('shows an update, which renews as well', async () => {
      const lease = await near.register(sampleInstance(), TTL, signal);
      // Together more than a time to live, and each far from it: on a real clock a busy machine may add to both.
      await subject.elapse((TTL * 3) / 5);
      await lease.update({ ...sampleInstance(), status: 'draining' }, signal);
      await subject.elapse((TTL * 3) / 5);
      const { instances } = await far.list('users', signal);
      expect(instances).toEqual([{ ...sampleInstance(), status: 'draining' }]);
    });

    claim('forgets what is released at once, and releases twice without harm', async () => {
      const lease = await near.register(sampleInstance(), TTL, signal);
      await lease.release(signal);
      expect(await idsOf()).toEqual([]);
      await lease.release(signal);
      await expect(lease.renew(signal)).rejects.toMatchObject({ code: 'LEASE_LOST' });
      expect(await idsOf()).toEqual([]);
    });

    claim('gives an id to who registers it last, and tells who had it before', async () => {
      const older = await near.register(sampleInstance({ port: 1 }), TTL, signal);
      const newer = await far.register(sampleInstance({ port: 2 }), TTL, signal);
      await expect(older.renew(signal)).rejects.toMatchObject({ code: 'LEASE_LOST', reason: 'taken' });
      await older.release(signal);
      await newer.renew(signal);
      const { instances } = await far.list('users', signal);
      expect(instances.map(({ port }) => port)).toEqual([2]);
    });

    claim('treats a lease that ran out as promised', async () => {
      const lease = await near.register(sampleInstance(), TTL, signal);
      await expire('users');
      if (features.forgetsExpired) {
        await expect(lease.renew(signal)).rejects.toMatchObject({ code: 'LEASE_LOST', reason: 'expired' });
        expect(await idsOf()).toEqual([]);
      } else {
        await lease.renew(signal);
        expect(await idsOf()).toEqual(['users-1']);
      }
    });

    claim('removes the dead and only them, and counts them', async () => {
      await near.register(sampleInstance({ id: 'dead' }), TTL, signal);
      await near.register(sampleInstance({ id: 'dead', service: 'orders' }), TTL, signal);
      await expire('users', 'orders');
      await near.register(sampleInstance({ id: 'alive' }), TTL, signal);
      expect(await far.cleanup(signal)).toBe(forgetsAtOnce ? 2 : 0);
      expect(await far.cleanup(signal)).toBe(0);
      expect(await idsOf()).toEqual(['alive']);
    });

    claim('tells a watcher what is there, who comes, who changes, who goes and who expires', async () => {
      await near.register(sampleInstance({ id: 'a' }), TTL * 100, signal);
      const seen = watch();
      await soon(() => expect(seen.ids()).toEqual(['a']));
      const lease = await near.register(sampleInstance({ id: 'b' }), TTL * 100, signal);
      await soon(() => expect(seen.ids()).toEqual(['a', 'b']));
      await lease.update({ ...sampleInstance({ id: 'b' }), status: 'draining' }, signal);
      await soon(() => expect(seen.snapshots.at(-1)?.instances[1]?.status).toBe('draining'));
      await lease.release(signal);
      await soon(() => expect(seen.ids()).toEqual(['a']));
      await near.register(sampleInstance({ id: 'c' }), TTL, signal);
      await soon(() => expect(seen.ids()).toEqual(['a', 'c']));
      await soon(() => expect(seen.ids()).toEqual(['a']));
    });

    claim(
      'numbers snapshots upwards, and those of a list no lower than those of a watch before it',
      async () => {
        const seen = watch();
        for (const id of ['a', 'b', 'c']) await near.register(sampleInstance({ id }), TTL * 100, signal);
        await soon(() => expect(seen.ids()).toEqual(['a', 'b', 'c']));
        const revisions = seen.snapshots.map(({ revision }) => revision);
        expect(revisions).toEqual([...new Set(revisions)].sort((a, b) => a - b));
        const { revision } = await far.list('users', signal);
        expect(revision).toBeGreaterThanOrEqual(revisions.at(-1) ?? 0);
      },
    );

    claim(
      'gives a watcher of a service that nobody registered an empty list, then the first that comes',
      async () => {
        const seen = watch('late');
        await soon(() => expect(seen.ids()).toEqual([]));
        await near.register(sampleInstance({ id: 'first', service: 'late' }), TTL * 100, signal);
        await soon(() => expect(seen.ids()).toEqual(['first']));
      },
    );

    claim(
      'carries a request to the owner of an instance and the answer back, and keeps neither',
      async () => {
        const self = sampleInstance();
        const lease = await near.register(self, TTL * 100, signal);
        let wish: InstanceStatus = 'up';
        const follower = new RequestFollower(self, {
          backend: near,
          clock: systemClock,
          random: systemRandom,
          comply: ({ status }) => (wish = status),
          tell: async () => {
            await lease.update({ ...self, status: wish }, signal);
            return wish;
          },
          onRefused: () => {},
        });
        try {
          let answer: unknown;
          requestStatus(far, self, { status: 'draining', by: 'the suite', timeout: '30s' }).then(
            (status) => (answer = status),
            (error: unknown) => (answer = error),
          );
          await soon(() => expect(answer).toBe('draining'));
          expect((await far.list('users', signal)).instances).toMatchObject([{ status: 'draining' }]);
          await eventually(
            (ms) => subject.elapse(ms),
            async () => expect(await idsOf(CONTROL_SERVICE)).toEqual([]),
          );
        } finally {
          await follower.stop();
        }
      },
    );
  });
}
