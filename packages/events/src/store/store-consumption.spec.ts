import { VirtualClock } from '@rookery/common/testing';
import { type Outcome } from '../broker/delivery.js';
import { MemoryState } from '../memory/memory-state.js';
import { MemoryStore } from '../memory/memory-store.js';
import { RecordingLog } from '../testing/recording-log.js';
import { LeaseKeeper } from './lease-keeper.js';
import { StoreConsumption } from './store-consumption.js';

const DONE: Outcome = { kind: 'done' };

function setUp(receive: () => Promise<Outcome> = async () => DONE) {
  const clock = new VirtualClock();
  const log = new RecordingLog();
  const store = new MemoryStore(new MemoryState({ ageMs: 1_000, events: 10 }), clock);
  const leases = new LeaseKeeper(store, 30_000, clock, log);
  const parts = { store, leases, leaseMs: 30_000, pollMs: 250, clock, log, forget: () => {} };
  return { clock, log, store, consumption: new StoreConsumption('g/h', 5, receive, parts) };
}

const message = { source: 's', id: '1', type: 't', body: '{}' };

describe('a consumption', () => {
  it('gives back what it had claimed when it was stopped, without an attempt', async () => {
    let begun = 0;
    const { store, consumption } = setUp(async () => {
      begun += 1;
      return DONE;
    });
    await store.declare({ group: 'g', handler: 'h', patterns: ['t'] });
    await store.append(message, 0);
    consumption.wake();
    await consumption.stop();
    expect(begun).toBe(0);
    const [claim] = await store.claim('g/h', () => 1, 1);
    expect(claim?.attempt).toBe(1);
  });

  it('goes on after the store failed, at the next wake-up', async () => {
    const { clock, log, store, consumption } = setUp();
    await store.declare({ group: 'g', handler: 'h', patterns: ['t'] });
    await store.append(message, 0);
    const claim = store.claim.bind(store);
    store.claim = () => Promise.reject(new Error('disk on fire'));
    consumption.wake();
    await clock.advance(0);
    expect(log.of('error')).toEqual(['g/h cannot fetch events: disk on fire']);
    store.claim = claim;
    consumption.wake();
    await clock.advance(0);
    expect(await store.nextDue('g/h')).toBeUndefined();
    await consumption.stop();
  });

  it('says when a result could not be stored', async () => {
    const { clock, log, store, consumption } = setUp();
    await store.declare({ group: 'g', handler: 'h', patterns: ['t'] });
    await store.append(message, 0);
    store.settle = () => Promise.reject(new Error('disk full'));
    consumption.wake();
    await clock.advance(0);
    expect(log.of('error')).toEqual(['g/h: the result for event 1 was not stored: disk full']);
    await consumption.stop();
  });
});
