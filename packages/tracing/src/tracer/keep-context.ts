import { type Context, context } from '@opentelemetry/api';
import { isAsyncIterable } from '@rookery/common';
import { isObservable, Observable } from 'rxjs';

/**
 * The result of a call, whose lazy work runs in the call's context: an observable is subscribed to, and an async
 * iterable read, long after the call returned and from somewhere else.
 */
export function keepContext<T>(result: T, owner: Context): T {
  if (isObservable(result)) {
    return new Observable((subscriber) => context.with(owner, () => result.subscribe(subscriber))) as T;
  }
  return isAsyncIterable(result) ? (keepIterable(result, owner) as T) : result;
}

function keepIterable<T>(result: AsyncIterable<T>, owner: Context): AsyncIterable<T> {
  return {
    [Symbol.asyncIterator]() {
      const iterator = context.with(owner, () => result[Symbol.asyncIterator]());
      const leave = iterator.return?.bind(iterator);
      return {
        next: () => context.with(owner, () => iterator.next()),
        ...(leave && { return: (value?: unknown) => context.with(owner, () => leave(value)) }),
      };
    },
  };
}
