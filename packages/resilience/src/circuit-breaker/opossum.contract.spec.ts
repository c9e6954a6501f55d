import { jest } from '@jest/globals';
import { EventEmitter } from 'node:events';
import { Opossum, type OpossumOptions, opossumStatusClass } from './opossum.surface.js';

/**
 * What the adapter leans on in opossum. When a new version fails here, read `opossum.circuit.ts` before the number in
 * package.json is raised.
 */
describe('opossum', () => {
  const Status = opossumStatusClass();

  class FixedStatus extends Status {
    figures = { fires: 0, failures: 0 };

    constructor() {
      super({ rollingCountBuckets: 1, enableSnapshots: false, rotateBucketController: new EventEmitter() });
    }

    get stats() {
      return this.figures;
    }

    increment() {}
  }

  const fail = (call: unknown) => Promise.reject(call);

  function create(overrides: Partial<OpossumOptions> = {}, action: (call: never) => Promise<unknown> = fail) {
    const status = new FixedStatus();
    const breaker = new Opossum(action, {
      name: 'contract',
      status,
      timeout: false,
      errorThresholdPercentage: 50,
      volumeThreshold: 4,
      errorFilter: () => false,
      enableSnapshots: false,
      rollingPercentilesEnabled: false,
      ...overrides,
    });
    return { breaker, status };
  }

  const settle = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

  it('decides by the figures of a status that it is given', async () => {
    const { breaker, status } = create();
    status.figures = { fires: 4, failures: 2 };
    await settle(breaker.fire(1));
    expect(breaker.closed).toBe(true);
    status.figures = { fires: 4, failures: 3 };
    await settle(breaker.fire(1));
    expect(breaker.closed).toBe(false);
    breaker.close();
    status.figures = { fires: 3, failures: 3 };
    await settle(breaker.fire(1));
    expect(breaker.closed).toBe(true);
  });

  it('listens to "open" only to mark its statistics and to arm a timer', () => {
    const timers = jest.spyOn(globalThis, 'setTimeout');
    const { breaker } = create();
    expect(breaker.listenerCount('open')).toBe(2);
    breaker.removeAllListeners('open');
    breaker.open();
    expect(breaker.closed).toBe(false);
    expect(timers).not.toHaveBeenCalled();
    timers.mockRestore();
  });

  it('starts no interval with a status whose controller is given', () => {
    const intervals = jest.spyOn(globalThis, 'setInterval');
    create();
    expect(intervals).not.toHaveBeenCalled();
    intervals.mockRestore();
  });

  it('admits a call that is not closed when the overridden pendingClose says so, and calls the action within fire', async () => {
    class Pending extends Opossum {
      override get pendingClose() {
        return true;
      }
    }
    let started = false;
    const action = async () => (started = true);
    const options = { ...optionsOf(), volumeThreshold: 1 };
    const breaker = new Pending(action, options);
    breaker.removeAllListeners('open');
    breaker.open();
    const fired = breaker.fire(1);
    expect(started).toBe(true);
    await expect(fired).resolves.toBe(true);
  });

  it('asks its own overridden close() on a success and open() on a failure while the overridden halfOpen holds', async () => {
    const asked: string[] = [];
    class HalfOpen extends Opossum {
      override get halfOpen() {
        return true;
      }
      override close() {
        asked.push('close');
      }
      override open() {
        asked.push('open');
      }
    }
    const breaker = new HalfOpen(
      (call: never) => (call ? Promise.resolve() : Promise.reject(call)),
      optionsOf(),
    );
    await breaker.fire(true);
    await settle(breaker.fire(false));
    expect(asked).toEqual(['close', 'open']);
  });

  it('tells listeners that were put in front before it acts on a success itself', async () => {
    const order: string[] = [];
    class HalfOpen extends Opossum {
      override get halfOpen() {
        return true;
      }
      override close() {
        order.push('close');
      }
    }
    const breaker = new HalfOpen(async () => 1, optionsOf());
    breaker.prependListener('success', () => order.push('listener'));
    await breaker.fire(1);
    expect(order).toEqual(['listener', 'close']);
  });

  it('gives the filter the error and the call, and reports a filtered error as a success with it', async () => {
    const seen: unknown[] = [];
    const errorFilter = (error: unknown, call: unknown) => {
      seen.push(error, call);
      return true;
    };
    const { breaker } = create({ errorFilter });
    breaker.on('success', (result) => seen.push('success', result));
    breaker.on('failure', () => seen.push('failure'));
    await settle(breaker.fire('call'));
    expect(seen).toEqual(['call', 'call', 'success', 'call']);
  });

  it('reports a failure before it looks at the figures', async () => {
    const { breaker, status } = create();
    breaker.on('failure', () => (status.figures = { fires: 4, failures: 4 }));
    await settle(breaker.fire(1));
    expect(breaker.closed).toBe(false);
  });

  function optionsOf(): OpossumOptions {
    return {
      name: 'contract',
      status: new FixedStatus(),
      timeout: false,
      errorThresholdPercentage: 50,
      volumeThreshold: 1,
      errorFilter: () => false,
      enableSnapshots: false,
      rollingPercentilesEnabled: false,
    };
  }
});
