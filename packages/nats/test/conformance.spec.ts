import { sleep, systemClock } from '@rookery/common';
import { type Lease, type RegistryBackend } from '@rookery/discovery';
import { registryConformance, type RegistrySubject } from '@rookery/discovery/testing';
import { natsRegistry } from '@rookery/nats';
import { engineAnswers } from '@rookery/testing';
import { jest } from '@jest/globals';
import { newNamespace, removeNamespace, SERVERS as servers } from './buckets.js';

jest.setTimeout(30_000);

const NEVER = new AbortController().signal;

async function natsSubject(): Promise<RegistrySubject> {
  const namespace = newNamespace();
  const leases: Lease[] = [];
  // The suite leaves leases behind, and a lease keeps the connection of its backend.
  const connectOne = (): RegistryBackend => {
    // A server that stands still for a moment has not failed: how long one waits for it is not what is tested.
    const backend = natsRegistry({ servers, namespace, timeout: '10s' });
    const register = backend.register.bind(backend);
    backend.register = async (...args) => {
      const lease = await register(...args);
      leases.push(lease);
      return lease;
    };
    return backend;
  };
  return {
    connect: connectOne,
    elapse: (ms) => sleep(systemClock, ms),
    async dispose() {
      await Promise.all(leases.map((lease) => lease.release(NEVER)));
      await removeNamespace(namespace);
    },
  };
}

if (await engineAnswers('nats')) {
  registryConformance('nats', natsSubject, { forgetsExpired: false });
} else {
  describe.skip('nats as a registry', () => {
    it('needs a server', () => {});
  });
}
