import { type WovenCall } from '@rookery/common';
import { type Observable } from 'rxjs';
import { type PolicyPipeline } from '../pipeline/policy-pipeline.js';
import { callersSignal } from './callers-signal.js';
import { proceed } from './proceed.js';
import { guardStream } from './guard-stream.js';

/**
 * For methods that return an observable. Each subscription is a call of its own, and each attempt subscribes to a new
 * result of the method. The first value commits the call: the breaker still records how the stream ends, but it is
 * neither retried, nor timed out, nor replaced, because its reader would see values twice.
 */
export function guardObservable(pipeline: PolicyPipeline, call: WovenCall): Observable<unknown> {
  const { method, instance, args } = call;
  return guardStream(
    (visit) =>
      pipeline.executeMethod(
        (attempt) => visit.read(proceed(call, attempt) as Observable<unknown>, attempt.signal),
        { method, subject: { instance, args }, commitment: visit.commitment },
        { signal: visit.signal },
      ),
    () => callersSignal(call),
  );
}
