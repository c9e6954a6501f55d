import { sleep, systemClock } from '@rookery/common';
import { registryConformance, type RegistrySubject } from '@rookery/discovery/testing';
import { etcdRegistry } from '@rookery/etcd';
import { ENGINE_PORTS, engineAnswers } from '@rookery/testing';
import { jest } from '@jest/globals';
import { newNamespace, removeNamespace } from './namespaces.js';

jest.setTimeout(30_000);

const endpoint = `http://127.0.0.1:${ENGINE_PORTS.etcd}`;

async function etcdSubject(): Promise<RegistrySubject> {
  const namespace = newNamespace();
  return {
    // A server that stands still for a moment has not failed: how long one waits for it is not what is tested.
    connect: () => etcdRegistry({ endpoints: [endpoint], namespace, timeout: '10s' }),
    elapse: (ms) => sleep(systemClock, ms),
    dispose: () => removeNamespace(endpoint, namespace),
  };
}

if (await engineAnswers('etcd')) {
  registryConformance('etcd', etcdSubject, { forgetsExpired: true, forgetsAtOnce: false });
} else {
  describe.skip('etcd as a registry', () => {
    it('needs a server', () => {});
  });
}
