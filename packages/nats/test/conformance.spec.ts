import { randomUUID } from 'node:crypto';
import { sleep, systemClock } from '@rookery/common';
import { type Lease, type RegistryBackend } from '@rookery/discovery';
import { registryConformance, type RegistrySubject } from '@rookery/discovery/testing';
import { natsRegistry } from '@rookery/nats';
import { ENGINE_PORTS, engineAnswers } from '@rookery/testing';
import { jest } from '@jest/globals';
import { Kvm } from '@nats-io/kv';
import { connect } from '@nats-io/transport-node';

jest.setTimeout(30_000);

const servers = [`127.0.0.1:${ENGINE_PORTS.nats}`];
const NEVER = new AbortController().signal;

async function natsSubject(): Promise<RegistrySubject> {
  const namespace = `test-${randomUUID()}`;
  const leases: Lease[] = [];
  // The suite leaves leases behind, and a lease keeps the connection of its backend.
  const connectOne = (): RegistryBackend => {
    const backend = natsRegistry({ servers, namespace });
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
      const connection = await connect({ servers });
      await (await new Kvm(connection).open(`rookery-registry-${namespace}`)).destroy();
      await connection.close();
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
