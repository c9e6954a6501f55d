import { getEventListeners } from 'node:events';
import { currentContext, runInContext } from '@rookery/common';
import { execution } from '../../test/executions.js';
import { deferred, ended } from '../../test/support.js';
import { type AbortScope } from './abort-scope.js';
import { callAttempt } from './call-attempt.js';
import { type Attempt } from './pipeline.js';

const listenersOf = (signal: AbortSignal) => getEventListeners(signal, 'abort').length;

/** An attempt whose work the test ends by hand. */
function hanging(overrides: Parameters<typeof execution>[0] = {}) {
  const work = deferred<unknown>();
  const given: Attempt[] = [];
  const call = (attempt: Attempt) => {
    given.push(attempt);
    return work.promise;
  };
  const controller = new AbortController();
  const { signal } = controller;
  const end = ended(callAttempt(execution({ call, signal, attempt: 3, ...overrides })));
  return { work, given, end, controller, signal };
}

describe('an attempt', () => {
  it('gets its number and its signal', async () => {
    const { given, signal, work, end } = hanging();
    expect(given).toEqual([{ number: 3, signal }]);
    work.resolve('ok');
    await expect(end).resolves.toBe('ok');
  });

  it('that nobody can abort has a signal of its own all the same, and always the same one', async () => {
    const attempts: Attempt[] = [];
    const call = async (attempt: Attempt) => attempts.push(attempt);
    await callAttempt(execution({ call, attempt: 2 }));
    await callAttempt(execution({ call }));
    const [one, other] = attempts;
    expect([one?.number, one?.signal.aborted, one?.signal === one?.signal]).toEqual([2, false, true]);
    expect(one?.signal).not.toBe(other?.signal);
  });

  it.each([undefined, new AbortController().signal])(
    'that throws has failed like one that rejects: %p',
    async (signal) => {
      const call = () => {
        throw new TypeError('oops');
      };
      await expect(callAttempt(execution({ call, signal }))).rejects.toEqual(new TypeError('oops'));
    },
  );

  it('is not made once its signal is aborted', async () => {
    const { given, end } = hanging({ signal: AbortSignal.abort('bye') });
    await expect(end).resolves.toBe('bye');
    expect(given).toEqual([]);
  });

  it('ends with its signal, also when the work does not listen', async () => {
    const abandoned: Promise<unknown>[] = [];
    const { end, controller, work, signal } = hanging({ onAbandoned: (left) => abandoned.push(left) });
    expect(listenersOf(signal)).toBe(1);
    controller.abort('bye');
    await expect(end).resolves.toBe('bye');
    expect([abandoned, listenersOf(signal)]).toEqual([[work.promise], 0]);
  });

  it('ends with a signal that is aborted while the call is being made', async () => {
    const controller = new AbortController();
    const call = () => {
      controller.abort('bye');
      return new Promise(() => {});
    };
    const { signal } = controller;
    await expect(callAttempt(execution({ call, signal }))).rejects.toBe('bye');
    expect(listenersOf(signal)).toBe(0);
  });

  it.each(['a result', 'an error'])('leaves its signal alone after %s', async (how) => {
    const abandoned: unknown[] = [];
    const { end, work, signal, controller } = hanging({ onAbandoned: (left) => abandoned.push(left) });
    if (how === 'a result') work.resolve(how);
    else work.reject(how);
    await expect(end).resolves.toBe(how);
    expect(listenersOf(signal)).toBe(0);
    controller.abort();
    expect(abandoned).toEqual([]);
  });
});

describe('an attempt below a scope', () => {
  it('is told by it instead of by the signal, until it has ended', async () => {
    const controller = new AbortController();
    const scope: AbortScope = { signal: controller.signal, onAbort: undefined };
    const { end, work } = hanging({ signal: controller.signal, scope });
    expect([listenersOf(controller.signal), typeof scope.onAbort]).toEqual([0, 'function']);
    work.resolve('ok');
    await end;
    expect(scope.onAbort).toBeUndefined();
  });

  it('ends when the scope says so', async () => {
    const controller = new AbortController();
    const scope: AbortScope = { signal: controller.signal, onAbort: undefined };
    const { end } = hanging({ signal: controller.signal, scope });
    controller.abort('bye');
    scope.onAbort?.();
    await expect(end).resolves.toBe('bye');
  });

  it('listens to its signal when that is not the one of the scope', () => {
    const scope: AbortScope = { signal: new AbortController().signal, onAbort: undefined };
    const { signal } = hanging({ scope });
    expect([listenersOf(signal), scope.onAbort]).toEqual([1, undefined]);
  });
});

describe('a cooperative attempt', () => {
  it('ends when the work does, and its result counts', async () => {
    const { end, controller, work, signal } = hanging({ cooperative: true });
    controller.abort('bye');
    work.resolve('after all');
    await expect(end).resolves.toBe('after all');
    expect(listenersOf(signal)).toBe(0);
  });

  it('that fails after the abort has been aborted', async () => {
    const { end, controller, work } = hanging({ cooperative: true });
    controller.abort('bye');
    work.reject('broken by the abort');
    await expect(end).resolves.toBe('bye');
  });

  it('that fails without an abort has failed', async () => {
    const { end, work } = hanging({ cooperative: true });
    work.reject('broken');
    await expect(end).resolves.toBe('broken');
  });
});

describe('the context of an attempt', () => {
  const seenIn = async (overrides: Parameters<typeof execution>[0], outside = {}) => {
    let seen: object = {};
    const call = async () => {
      seen = currentContext();
    };
    await runInContext(outside, () => callAttempt(execution({ call, ...overrides })));
    return seen;
  };
  const { signal } = new AbortController();

  it('holds its signal and its deadline beside what was there', async () => {
    const outside = { priority: 'high', deadline: 9_000 } as const;
    await expect(seenIn({ signal, deadline: 1_000 }, outside)).resolves.toEqual({
      priority: 'high',
      signal,
      deadline: 1_000,
    });
  });

  it('holds no deadline where there is none', async () => {
    const seen = await seenIn({ signal });
    expect(Object.keys(seen)).toEqual(['signal']);
  });

  it.each([
    ['the same', { deadline: 1_000 }, true],
    ['another deadline', { deadline: 2_000 }, false],
    ['another signal', { deadline: 1_000, signal: new AbortController().signal }, false],
  ])('is new only where it differs: %s', async (_name, more, same) => {
    const outside = { signal, deadline: 1_000 };
    let before: object = {};
    let inside: object = {};
    const call = async () => {
      inside = currentContext();
    };
    await runInContext(outside, () => {
      before = currentContext();
      return callAttempt(execution({ call, signal, ...more }));
    });
    expect(inside === before).toBe(same);
  });

  it('is that of the caller where neither a signal nor a deadline is set', async () => {
    const outside = { signal };
    let before: object = {};
    let inside: object = {};
    await runInContext(outside, () => {
      before = currentContext();
      return callAttempt(
        execution({
          signal,
          call: async () => {
            inside = currentContext();
          },
        }),
      );
    });
    expect(inside).toBe(before);
  });
});
