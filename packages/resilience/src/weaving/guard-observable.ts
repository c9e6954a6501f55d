import { currentContext, type WovenCall } from '@rookery/common';
import { from, Observable, type ObservableInput } from 'rxjs';
import { type PolicyPipeline } from '../pipeline/policy-pipeline.js';
import { callersSignal } from './callers-signal.js';
import { proceed } from './proceed.js';
import { STREAM_END } from './stream-end.js';
import { Visit } from './visit.js';

/**
 * For methods that return an observable. Each subscription is a call of its own, and each attempt subscribes to a new
 * result of the method. The first value commits the call: the breaker still records how the stream ends, but it is
 * neither retried, nor timed out, nor replaced, because its reader would see values twice.
 */
export function guardObservable(pipeline: PolicyPipeline, call: WovenCall): Observable<unknown> {
  return new Observable((reader) => {
    const visit = new Visit(reader, callersSignal(call) ?? currentContext().signal);
    const { method, instance, args } = call;
    pipeline
      .executeMethod(
        (attempt) => visit.read(proceed(call, attempt) as Observable<unknown>, attempt.signal),
        { method, subject: { instance, args }, commitment: visit.commitment },
        { signal: visit.signal },
      )
      .finally(() => visit.end())
      .then((result) => {
        if (result === STREAM_END) return reader.complete();
        return from(result as ObservableInput<unknown>).subscribe(reader);
      })
      // Also what `from` throws, for a fallback that answered something else than a stream.
      .catch((error: unknown) => reader.error(error));
    return () => visit.leave();
  });
}
