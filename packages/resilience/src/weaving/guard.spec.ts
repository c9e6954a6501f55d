import { getEventListeners } from 'node:events';
import { runInContext, type WovenCall, type WovenMethod } from '@rookery/common';
import { lastValueFrom, of, throwError, toArray } from 'rxjs';
import { bench, broken } from '../../test/support.js';
import { type FallbackHandler } from '../fallback/fallback.options.js';
import { type PolicyPipeline } from '../pipeline/policy-pipeline.js';
import { guardFor } from './guard.js';
import { guardIterable } from './guard-iterable.js';
import { guardObservable } from './guard-observable.js';
import { guardPromise } from './guard-promise.js';
import { UndeclaredStreamError } from './undeclared-stream.error.js';

class Users {}

const methodOf = (overrides: Partial<WovenMethod> = {}): WovenMethod => ({
  target: Users.prototype,
  className: 'Users',
  key: 'find',
  name: 'find',
  returnType: undefined,
  original: () => undefined,
  written: () => undefined,
  ...overrides,
});

const instance = { its: 'this' };

const callOf = (proceed: () => unknown): WovenCall => ({
  method: methodOf(),
  instance,
  args: ['7'],
  proceed,
});

/** A pipeline that has nothing but a fallback. */
function withFallback(handler: FallbackHandler): PolicyPipeline {
  return bench().registry.pipelineOf({
    name: 'Users.find',
    declared: { fallback: { handler } },
  });
}

async function collect(stream: AsyncIterable<unknown>): Promise<unknown[]> {
  const values: unknown[] = [];
  for await (const value of stream) values.push(value);
  return values;
}

describe('the guard of a method', () => {
  it('is one for each kind of result', () => {
    expect([guardFor(undefined), guardFor('observable'), guardFor('async iterable')]).toEqual([
      guardPromise,
      guardObservable,
      guardIterable,
    ]);
  });
});

describe('a fallback for a method', () => {
  const handler = function (this: object, ...args: unknown[]) {
    return [this, ...args];
  };
  const asked = [instance, broken, '7'];

  it('gets its instance and arguments when the method returns a promise', async () => {
    await expect(
      guardPromise(
        withFallback(handler),
        callOf(() => Promise.reject(broken)),
      ),
    ).resolves.toEqual(asked);
  });

  it('gets its instance and arguments when the method returns an observable', async () => {
    const answer = withFallback(function (...args) {
      return of(...handler.apply(this, args));
    });
    const stream = guardObservable(
      answer,
      callOf(() => throwError(() => broken)),
    );
    await expect(lastValueFrom(stream.pipe(toArray()))).resolves.toEqual(asked);
  });

  it('gets its instance and arguments when the method is async *', async () => {
    const answer = withFallback(async function* (...args) {
      yield* handler.apply(this, args);
    });
    const failing = async function* () {
      yield await Promise.reject(broken);
    };
    await expect(collect(guardIterable(answer, callOf(failing)))).resolves.toEqual(asked);
  });
});

describe('a stream that nobody declared', () => {
  const { registry } = bench();
  const pipeline = registry.define('plain', {}) as PolicyPipeline;

  it.each([
    [
      'observable',
      of(1),
      'Users.find returned an observable, which its policies could not foresee. ' +
        'Declare its return type, as in `find(id: string): Observable<User>`.',
    ],
    [
      'async iterable',
      (async function* () {})(),
      'Users.find returned an async iterable, which its policies could not foresee. ' +
        'Write it as `async *`, or return a promise of the iterable to guard only its opening.',
    ],
  ])('is refused: an %s', async (returned, stream, message) => {
    const result = guardPromise(
      pipeline,
      callOf(() => stream),
    );
    await expect(result).rejects.toBeInstanceOf(UndeclaredStreamError);
    await expect(result).rejects.toMatchObject({
      code: 'UNDECLARED_STREAM',
      method: 'Users.find',
      returned,
      message,
    });
  });

  it('is fine as what a promise resolves to', async () => {
    const stream = (async function* () {
      yield 1;
    })();
    const result = guardPromise(
      pipeline,
      callOf(() => Promise.resolve(stream)),
    );
    await expect(result).resolves.toBe(stream);
  });
});

describe('an observable that has ended', () => {
  it('leaves nothing at the signal of its caller', async () => {
    const { signal } = new AbortController();
    const pipeline = bench().registry.define('plain', {}) as PolicyPipeline;
    const stream = guardObservable(
      pipeline,
      callOf(() => of(1)),
    );
    const values = runInContext({ signal }, () => lastValueFrom(stream));
    expect(getEventListeners(signal, 'abort').length).toBeGreaterThan(0);
    await expect(values).resolves.toBe(1);
    await new Promise((resolve) => setImmediate(resolve));
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });
});
