import { type Observable } from 'rxjs';
import { declareStageFrom } from '../weaving/declare-stage.decorator.js';
import { type FallbackHandler, type FallbackOptions } from './fallback.options.js';

/** What a fallback may answer for a method that returns `R`. */
export type FallbackResult<R> =
  R extends Promise<infer T>
    ? T | Promise<T>
    : R extends Observable<unknown> | AsyncIterable<unknown>
      ? R
      : R | Promise<R>;

/** `unknown`, which asks for nothing, when the handler fits the method; else a sentence for the compiler to show. */
type Fits<H, P extends unknown[], R> = H extends (
  this: never,
  error: unknown,
  ...args: P
) => FallbackResult<R>
  ? unknown
  : 'The fallback takes (error, ...arguments of the method) and returns what the method returns.';

/**
 * Answers instead of the method when it failed for good: after the last retry, on a timeout, and when a policy turned
 * the call away. The handler gets the error, then the method's arguments; `this` is the instance when it is a
 * `function`. The compiler checks its arguments and result against the method.
 *
 * @example
 * \@Fallback((_error, id: string) => ({ id, name: 'unknown' }))
 * find(id: string): Promise<User> { return this.http.get(`/users/${id}`); }
 */
export function Fallback<H extends (this: never, error: unknown, ...args: never[]) => unknown>(
  handler: H,
  options: FallbackOptions = {},
) {
  const decorate = declareStageFrom('Fallback', 'fallback', handler, {
    ...options,
    handler: handler as unknown as FallbackHandler,
  });
  return <P extends unknown[], R>(
    target: object,
    key: string | symbol,
    descriptor: TypedPropertyDescriptor<(...args: P) => R> & Fits<H, P, R>,
  ): void => void decorate(target, key, descriptor);
}
