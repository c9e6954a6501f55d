import { checkOptions, type Duration, is, shape, toMilliseconds } from '@rookery/common';
import { type BrokerFactory } from '../broker/broker.js';
import { StoreBroker } from '../store/store-broker.js';
import { MemoryState } from './memory-state.js';
import { MemoryStore } from './memory-store.js';

export interface MemoryBrokerOptions {
  /** How long an event's identity is remembered, so that publishing it again does nothing. Default `'24h'`. */
  retention?: Duration;
  /** How many identities are remembered at most. Default 100,000. */
  maxRetained?: number;
  /** How long an event stays with an app that shows no sign of life. Renewed at half. Default `'30s'`. */
  lease?: Duration;
}

const checkMemoryBroker = shape<MemoryBrokerOptions>({
  retention: is.duration(),
  maxRetained: is.wholeNumber({ min: 1 }),
  lease: is.duration({ min: 10 }),
});

/**
 * A broker in this process's memory, for tests and for events that may be lost with the process. Apps that are given
 * the same factory share their events.
 */
export function memoryBroker(options: MemoryBrokerOptions = {}): BrokerFactory {
  const {
    retention = '24h',
    maxRetained = 100_000,
    lease = '30s',
  } = checkOptions('memoryBroker', checkMemoryBroker, options);
  const state = new MemoryState({ ageMs: toMilliseconds(retention), events: maxRetained });
  const timing = { leaseMs: toMilliseconds(lease), pollMs: 250 };
  return (environment) => new StoreBroker(new MemoryStore(state, environment.clock), timing, environment);
}
