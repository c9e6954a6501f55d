import { jest } from '@jest/globals';
import { OPOSSUM_OPTIONS, UNBOUNDED } from './opossum.parts.js';
import { Opossum, opossumStatusClass } from './opossum.surface.js';

/**
 * What the adapter leans on in opossum. When a new version fails here, read `opossum.circuit.ts` before the number in
 * package.json is raised.
 */
describe('opossum', () => {
  const succeed = () => Promise.resolve('ok');

  function create(action: ConstructorParameters<typeof Opossum>[0] = succeed) {
    const breaker = new Opossum(action, OPOSSUM_OPTIONS);
    breaker.removeAllListeners();
    breaker.semaphore = UNBOUNDED;
    return breaker;
  }

  const settle = (promise: Promise<unknown>) => promise.catch((error: unknown) => error);

  it('listens to itself for its statistics, and else only to close on a success and to arm a timer when it opens', () => {
    const breaker = new Opossum(succeed, OPOSSUM_OPTIONS);
    const listeners = breaker.eventNames().map((event) => [String(event), breaker.listenerCount(event)]);
    expect(Object.fromEntries(listeners)).toEqual({
      cacheHit: 1,
      cacheMiss: 1,
      close: 1,
      coalesceCacheHit: 1,
      coalesceCacheMiss: 1,
      failure: 1,
      fallback: 1,
      fire: 1,
      open: 2,
      reject: 1,
      semaphoreLocked: 1,
      success: 2,
      timeout: 1,
    });
  });

  it('keeps nothing of a breaker in options that breakers share', async () => {
    void create();
    const filled = { ...OPOSSUM_OPTIONS };
    const breaker = create(() => Promise.reject(new Error('broken')));
    await settle(breaker.fire(1));
    breaker.open();
    expect({ ...OPOSSUM_OPTIONS, coalesceResetOn: [] }).toEqual({ ...filled, coalesceResetOn: [] });
    expect(Object.values(OPOSSUM_OPTIONS).filter((value) => typeof value === 'object')).toEqual([
      OPOSSUM_OPTIONS.status,
      [],
    ]);
  });

  it('starts neither a timer nor an interval, idle, on a call, or when it opens', async () => {
    const timers = [jest.spyOn(globalThis, 'setTimeout'), jest.spyOn(globalThis, 'setInterval')];
    const breaker = create();
    await breaker.fire(1);
    breaker.open();
    for (const timer of timers) {
      expect(timer).not.toHaveBeenCalled();
      timer.mockRestore();
    }
  });

  it('opens and closes when it is told to', () => {
    const breaker = create();
    expect(breaker.closed).toBe(true);
    breaker.open();
    breaker.open();
    expect(breaker.closed).toBe(false);
    breaker.close();
    breaker.close();
    expect(breaker.closed).toBe(true);
  });

  it('hands its action the call, within fire, and passes on what that resolves to and rejects with', async () => {
    const error = new Error('broken');
    const seen: unknown[] = [];
    const breaker = create((call: never) => {
      seen.push(call);
      return call === 'bad' ? Promise.reject(error) : Promise.resolve('answer');
    });
    const fired = breaker.fire('good');
    expect(seen).toEqual(['good']);
    await expect(fired).resolves.toBe('answer');
    await expect(breaker.fire('bad')).rejects.toBe(error);
  });

  it('asks the result of its action for then(resolve).catch(reject) once, and nothing else', async () => {
    const asked: string[] = [];
    const handlers: { resolve?: (result: unknown) => void; reject?: (error: unknown) => void } = {};
    const result = {
      // oxlint-disable-next-line unicorn/no-thenable -- this is what opossum is asked about
      then(resolve: (result: unknown) => void) {
        asked.push('then');
        handlers.resolve = resolve;
        return {
          catch(reject: (error: unknown) => void) {
            asked.push('catch');
            handlers.reject = reject;
          },
        };
      },
    };
    const breaker = create(() => result);
    const good = breaker.fire(1);
    handlers.resolve?.('answer');
    await expect(good).resolves.toBe('answer');
    const bad = breaker.fire(2);
    handlers.reject?.('error');
    await expect(bad).rejects.toBe('error');
    expect(asked).toEqual(['then', 'catch', 'then', 'catch']);
  });

  it('refuses calls while it is open, without its action', async () => {
    const action = jest.fn(succeed);
    const breaker = create(action);
    breaker.open();
    await expect(breaker.fire(1)).rejects.toMatchObject({ code: 'EOPENBREAKER' });
    expect(action).not.toHaveBeenCalled();
  });

  it('admits a call while it is open when the overridden pendingClose says so', async () => {
    class Pending extends Opossum {
      override get pendingClose() {
        return true;
      }
    }
    const breaker = new Pending(succeed, OPOSSUM_OPTIONS);
    breaker.removeAllListeners();
    breaker.open();
    await expect(breaker.fire(1)).resolves.toBe('ok');
    expect(breaker.closed).toBe(false);
  });

  it('never opens by itself when the filter takes every error', async () => {
    const breaker = create(() => Promise.reject(new Error('broken')));
    for (let n = 0; n < 50; n += 1) await settle(breaker.fire(n));
    expect(breaker.closed).toBe(true);
  });

  it('asks the semaphore that it is given before each call', async () => {
    const breaker = create();
    breaker.semaphore = { test: () => false, release() {} };
    await expect(breaker.fire(1)).rejects.toMatchObject({ code: 'ESEMLOCKED' });
  });

  it('takes the statistics that it is given, of its own class', () => {
    expect(OPOSSUM_OPTIONS.status).toBeInstanceOf(opossumStatusClass());
    expect(create()).toMatchObject({ status: OPOSSUM_OPTIONS.status });
  });
});
