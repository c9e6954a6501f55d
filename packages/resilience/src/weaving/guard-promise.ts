import { isAsyncIterable, isThenable, type WovenCall } from '@rookery/common';
import { isObservable } from 'rxjs';
import { type PolicyPipeline } from '../pipeline/policy-pipeline.js';
import { callersSignal } from './callers-signal.js';
import { proceed } from './proceed.js';
import { UndeclaredStreamError } from './undeclared-stream.error.js';

/** For methods that return a promise. A plain value becomes one. */
export async function guardPromise(pipeline: PolicyPipeline, call: WovenCall): Promise<unknown> {
  const { method, instance, args } = call;
  const signal = callersSignal(call);
  return pipeline.executeMethod(
    async (attempt) => {
      const value = proceed(call, attempt);
      checkDeclared(value, call);
      return value;
    },
    { method, subject: { instance, args } },
    signal && { signal },
  );
}

/** What this throws is a misuse, which no retry and no fallback covers, and all get who share the call. */
function checkDeclared(value: unknown, { method }: WovenCall): void {
  const name = `${method.className}.${method.name}`;
  if (isObservable(value)) throw new UndeclaredStreamError(name, 'observable');
  if (isAsyncIterable(value) && !isThenable(value)) throw new UndeclaredStreamError(name, 'async iterable');
}
