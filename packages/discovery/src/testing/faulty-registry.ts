import { type Lease, type RegistryBackend } from '../registry/registry-backend.js';

/** `ok`: passes calls on. `down`: each call fails. `hung`: no call ever ends. */
export type RegistryFault = 'ok' | 'down' | 'hung';

/** A registry whose outages a test decides. */
export interface FaultyRegistry extends RegistryBackend {
  fault: RegistryFault;
  /** How many calls reached it, of each kind. */
  readonly calls: Readonly<Record<string, number>>;
}

/** Puts faults in front of a registry; it starts without any. Watches break when it is no longer `ok`. */
export function faultyRegistry(inner: RegistryBackend): FaultyRegistry {
  const calls: Record<string, number> = {};
  const through = async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    calls[name] = (calls[name] ?? 0) + 1;
    if (faulty.fault === 'hung') return new Promise<T>(() => {});
    if (faulty.fault === 'down') throw new Error('the registry is down');
    return work();
  };
  const guard = (lease: Lease): Lease => ({
    renew: (signal) => through('renew', () => lease.renew(signal)),
    update: (instance, signal) => through('update', () => lease.update(instance, signal)),
    release: (signal) => through('release', () => lease.release(signal)),
  });
  const faulty: FaultyRegistry = {
    fault: 'ok',
    calls,
    description: `faulty ${inner.description}`,
    reach: inner.reach,
    register: (...args) => through('register', async () => guard(await inner.register(...args))),
    list: (...args) => through('list', () => inner.list(...args)),
    services: (...args) => through('services', () => inner.services(...args)),
    cleanup: (...args) => through('cleanup', () => inner.cleanup(...args)),
    async *watch(...args) {
      await through('watch', async () => {});
      for await (const snapshot of inner.watch(...args)) {
        yield snapshot;
        await through('watched', async () => {});
      }
    },
  };
  return faulty;
}
