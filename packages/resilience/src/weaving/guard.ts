import { type WovenCall, type WovenMethod } from '@rookery/common';
import { type Observable } from 'rxjs';
import { type PolicyPipeline } from '../pipeline/policy-pipeline.js';
import { guardIterable } from './guard-iterable.js';
import { guardObservable } from './guard-observable.js';
import { guardPromise } from './guard-promise.js';

/** Makes a call of a method through a pipeline, and returns what the method itself would have returned. */
export type Guard = (pipeline: PolicyPipeline, call: WovenCall) => unknown;

/**
 * The guard for what the method returns. It must be known before the call, because an observable and an iterable start
 * working only when somebody asks them to: the declared return type tells the first, `async *` the second.
 */
export function guardFor(method: WovenMethod): Guard {
  if (isObservableType(method.returnType)) return guardObservable;
  if (Object.prototype.toString.call(method.written) === '[object AsyncGeneratorFunction]')
    return guardIterable;
  return guardPromise;
}

/** Told by its methods, as rxjs itself does: the app may have another copy of rxjs. */
function isObservableType(type: unknown): boolean {
  const prototype: Partial<Observable<unknown>> | undefined =
    typeof type === 'function' ? type.prototype : undefined;
  return typeof prototype?.subscribe === 'function' && typeof prototype.pipe === 'function';
}
