import { currentContext } from '@rookery/common';
import { from, Observable, type ObservableInput } from 'rxjs';
import { type Commitment } from '../pipeline/commitment.js';
import { STREAM_END } from './stream-end.js';
import { Visit } from './visit.js';

/** One subscription to a guarded stream: what its pipeline has to be given, and what each of its attempts does. */
export interface StreamCall {
  /** Made with the first value. */
  readonly commitment: Commitment;
  /** Aborts when the reader leaves before the first value, or the surrounding call is aborted. */
  readonly signal: AbortSignal;
  /** Hands the values of one attempt on to the reader. Resolves when they end, or the reader has had enough. */
  read(source: Observable<unknown>, attempt: AbortSignal): Promise<unknown>;
}

/**
 * An observable of which each subscription is a call of its own. `run` executes it through a pipeline, with the call's
 * commitment and signal, and each attempt reads a source; it resolves with what the last attempt did, or with what a
 * fallback has answered in its place. The first value commits the call: what follows is neither retried, nor timed out, nor
 * replaced.
 *
 * @param caller The signal of who subscribes. Default: the signal of the call that is running.
 */
export function guardStream(
  run: (call: StreamCall) => Promise<unknown>,
  caller?: () => AbortSignal | undefined,
): Observable<unknown> {
  return new Observable((reader) => {
    const visit = new Visit(reader, caller?.() ?? currentContext().signal);
    run(visit)
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
