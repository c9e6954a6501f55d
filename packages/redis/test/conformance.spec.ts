import { sleep, systemClock } from '@rookery/common';
import { registryConformance, type RegistrySubject } from '@rookery/discovery/testing';
import { redisRegistry } from '@rookery/redis';
import { ENGINE_PORTS, engineAnswers } from '@rookery/testing';
import { jest } from '@jest/globals';
import { newNamespace, removeNamespace } from './namespaces.js';

jest.setTimeout(30_000);

const url = `redis://127.0.0.1:${ENGINE_PORTS.redis}`;

async function redisSubject(): Promise<RegistrySubject> {
  const namespace = newNamespace();
  return {
    // A server that stands still for a moment has not failed: how long one waits for it is not what is tested.
    connect: () => redisRegistry({ url, namespace, timeout: '10s' }),
    elapse: (ms) => sleep(systemClock, ms),
    dispose: async () => void (await removeNamespace(url, namespace)),
  };
}

if (await engineAnswers('redis')) {
  registryConformance('redis', redisSubject, { forgetsExpired: true });
} else {
  describe.skip('redis as a registry', () => {
    it('needs a server', () => {});
  });
}
