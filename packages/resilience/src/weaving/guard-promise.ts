import { isAsyncIterable, isThenable, type WovenCall } from '@rookery/common';
import { isObservable } from 'rxjs';
import { type PolicyPipeline } from '../pipeline/policy-pipeline.js';
import { callersSignal } from './callers-signal.js';
import { proceed } from './proceed.js';
import { UndeclaredStreamError } from './undeclared-stream.error.js';

/** For methods that return a promise. A plain value becomes one. */
export async function guardPromise(pipeline: PolicyPipeline, call: WovenCall): Promise<unknown> {
  let undeclared: UndeclaredStreamError | undefined;
  const { method, instance, args } = call;
  const signal = callersSignal(call);
  const result = await pipeline.executeMethod(
    async (attempt) => {
      const value = proceed(call, attempt);
      undeclared = checkDeclared(value, call);
      return undeclared ? undefined : value;
    },
    { method, subject: { instance, args } },
    signal && { signal },
  );
  // Not thrown inside of the pipeline: it is no failure that a retry or a fallback could help with.
  if (undeclared) throw undeclared;
  return result;
}

function checkDeclared(value: unknown, { method }: WovenCall): UndeclaredStreamError | undefined {
  const name = `${method.className}.${method.name}`;
  if (isObservable(value)) return new UndeclaredStreamError(name, 'observable');
  if (isAsyncIterable(value) && !isThenable(value)) return new UndeclaredStreamError(name, 'async iterable');
  return undefined;
}
