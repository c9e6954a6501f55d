import { jest } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { LeaseLostError } from './errors/lease-lost.error.js';
import { memoryRegistry } from './memory/memory-registry.js';
import { logRegistryEvents } from './registry-log.lifecycle.js';
import { type RegistryEvent, type RegistryListener } from './registry/registry-events.js';
import { type ServiceRegistry } from './registry/service-registry.js';
import { sampleInstance } from './testing/sample-instance.js';

describe('the log of a registry', () => {
  const instance = sampleInstance({ service: 'users', id: 'l1' });

  afterEach(() => jest.restoreAllMocks());

  it.each<[RegistryEvent, string]>([
    [
      { type: 'registration-lost', instance, error: new Error('renewing a lease took longer than 1600 ms') },
      'users (l1) is not registered in memory: renewing a lease took longer than 1600 ms. Trying again until it is.',
    ],
    [
      { type: 'registration-lost', instance, error: new LeaseLostError('users', 'l1', 'taken') },
      'users (l1) is not registered in memory: the lease of instance l1 of service users is lost: another process has registered the same id. Give each its own instanceId. Trying again until it is.',
    ],
    [
      { type: 'watch-lost', service: 'users', error: new Error('gone') } as RegistryEvent,
      'The list of users is kept as it was last seen in memory: gone.',
    ],
  ])('says in sentences what is wrong, and where: %#', (event, line) => {
    const warn = jest.spyOn(Logger.prototype, 'warn').mockImplementation(() => {});
    jest.spyOn(Logger.prototype, 'log').mockImplementation(() => {});
    const listeners: RegistryListener[] = [];
    const registry = { onEvent: (listener: RegistryListener) => listeners.push(listener) };
    logRegistryEvents(registry as unknown as ServiceRegistry, memoryRegistry());
    for (const listener of listeners) listener(event);
    expect(warn.mock.calls).toEqual([[line]]);
  });
});
