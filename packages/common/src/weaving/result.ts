import { isObservable, type Observable, tap } from 'rxjs';

/** What to do when the result of a call is known. */
export interface Settled {
  readonly onSuccess: () => void;
  readonly onFailure: (error: unknown) => void;
}

/**
 * Watches the result of a call without changing what the caller gets: a plain value settles at once, a promise or
 * thenable when it does, an observable with each subscription's end, an async iterable when it is exhausted or left.
 * A stream is handed on as it is and settles at once. A thenable that starts only when it is awaited, such as a query
 * builder, starts here.
 */
export function watchResult<T>(result: T, settled: Settled): T {
  if (isObservable(result)) return watchObservable(result, settled) as T;
  if (isThenable(result)) return watchPromise(result, settled) as T;
  if (isAsyncIterable(result) && !isStream(result)) return watchIterable(result, settled) as T;
  settled.onSuccess();
  return result;
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof (value as PromiseLike<unknown> | undefined)?.then === 'function';
}

export function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof (value as AsyncIterable<unknown> | undefined)?.[Symbol.asyncIterator] === 'function';
}

/** Streams of Node and of the web are async iterables too, but callers use their other methods. */
function isStream(value: object): boolean {
  return 'pipe' in value || 'getReader' in value;
}

function watchPromise<T>(result: PromiseLike<T>, { onSuccess, onFailure }: Settled): PromiseLike<T> {
  return result.then(
    (value) => {
      onSuccess();
      return value;
    },
    (error: unknown) => {
      onFailure(error);
      throw error;
    },
  );
}

function watchObservable<T>(result: Observable<T>, { onSuccess, onFailure }: Settled): Observable<T> {
  // A subscriber who leaves early is satisfied: the call did not fail.
  return result.pipe(tap({ complete: onSuccess, unsubscribe: onSuccess, error: onFailure }));
}

async function* watchIterable<T>(
  result: AsyncIterable<T>,
  { onSuccess, onFailure }: Settled,
): AsyncGenerator<T> {
  let failed = false;
  try {
    yield* result;
  } catch (error) {
    failed = true;
    onFailure(error);
    throw error;
  } finally {
    // Also reached when the reader leaves early, which is no failure.
    if (!failed) onSuccess();
  }
}
