import { jest } from '@jest/globals';
import { VirtualClock } from '@rookery/common/testing';
import { Gate, type GateLimits, type WaitTerms } from './gate.js';
import { type Refusal } from './refusal.js';

class RefusedError extends Error {
  constructor(readonly reason: Refusal) {
    super(reason);
  }
}

function gated(limits: GateLimits) {
  const clock = new VirtualClock();
  const refused: Refusal[] = [];
  let onRefusal: (() => void) | undefined;
  const gate = new Gate(limits, clock, (reason) => {
    refused.push(reason);
    onRefusal?.();
    return new RefusedError(reason);
  });
  const wait = (terms: Partial<WaitTerms> = {}) =>
    gate.wait({ priority: 'normal', signal: undefined, waitMs: Infinity, ...terms });
  return { clock, gate, refused, wait, whenRefused: (then: () => void) => (onRefusal = then) };
}

describe('Gate', () => {
  it('lets in as many as there is room for', () => {
    const { gate } = gated({ maxInside: 2, maxWaiting: 0 });
    expect([gate.tryEnter(), gate.tryEnter(), gate.tryEnter(), gate.inside]).toEqual([true, true, false, 2]);
    gate.leave();
    expect([gate.tryEnter(), gate.inside]).toEqual([true, 2]);
  });

  it('hands the room of who leaves to who waits, not to who comes', async () => {
    const { gate, wait, clock } = gated({ maxInside: 1, maxWaiting: 1 });
    gate.tryEnter();
    const waiting = wait();
    gate.leave();
    expect([gate.tryEnter(), gate.inside, gate.waiting]).toEqual([false, 1, 0]);
    await expect(waiting).resolves.toBeUndefined();
    expect(clock.pending).toBe(0);
  });

  it('makes no timer for who waits as long as it takes', async () => {
    const { gate, wait, clock } = gated({ maxInside: 1, maxWaiting: 1 });
    gate.tryEnter();
    const waiting = wait();
    expect(clock.pending).toBe(0);
    gate.leave();
    await waiting;
  });

  it('turns away who has no time to wait, and displaces nobody for it', async () => {
    const { gate, wait, refused } = gated({ maxInside: 1, maxWaiting: 1 });
    gate.tryEnter();
    const waiting = wait();
    await expect(wait({ waitMs: 0, priority: 'high' })).rejects.toMatchObject({ reason: 'queue-timeout' });
    expect([gate.waiting, refused]).toEqual([1, ['queue-timeout']]);
    gate.leave();
    await waiting;
  });

  it('takes no place for a caller who has left already', async () => {
    const { gate, wait } = gated({ maxInside: 1, maxWaiting: 1 });
    gate.tryEnter();
    await expect(wait({ signal: AbortSignal.abort('left') })).rejects.toBe('left');
    expect(gate.waiting).toBe(0);
  });

  it('stops listening to the signal once the turn has come', async () => {
    const { gate, wait } = gated({ maxInside: 1, maxWaiting: 1 });
    gate.tryEnter();
    const leaving = new AbortController();
    const added = jest.spyOn(leaving.signal, 'addEventListener');
    const removed = jest.spyOn(leaving.signal, 'removeEventListener');
    const waiting = wait({ signal: leaving.signal, waitMs: 10 });
    gate.leave();
    await waiting;
    leaving.abort();
    expect([added.mock.calls.length, removed.mock.calls.length]).toEqual([1, 1]);
    expect(removed.mock.calls[0]?.slice(0, 2)).toEqual(added.mock.calls[0]?.slice(0, 2));
    expect(gate.inside).toBe(1);
  });

  it('lets in at once who came while a listener made room', async () => {
    const { gate, wait, whenRefused } = gated({ maxInside: 1, maxWaiting: 1 });
    gate.tryEnter();
    const displaced = wait().catch((error: RefusedError) => error.reason);
    whenRefused(() => gate.resize({ maxInside: 2, maxWaiting: 1 }));
    await expect(wait({ priority: 'high' })).resolves.toBeUndefined();
    await expect(displaced).resolves.toBe('displaced');
    expect([gate.inside, gate.waiting]).toEqual([2, 0]);
  });
});
