import { Observable } from 'rxjs';
import { type InboundCall } from './inbound-call.js';

/**
 * The answers of a handler, until its call is over. Time limits the first of them only: with it the answer has begun, and
 * a stream goes on for as long as its caller listens.
 */
export function limitedAnswers(
  answers: Observable<unknown>,
  call: InboundCall,
  errorOf: (reason: unknown) => unknown,
  finish: () => void,
): Observable<unknown> {
  const { signal } = call;
  return new Observable((subscriber) => {
    const onAbort = () => subscriber.error(errorOf(signal.reason));
    subscriber.add(finish);
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    subscriber.add(() => signal.removeEventListener('abort', onAbort));
    const watched = {
      next(value: unknown) {
        call.endLimit();
        subscriber.next(value);
      },
      error(error: unknown) {
        call.expireIfDue();
        subscriber.error(error);
      },
      complete: () => subscriber.complete(),
    };
    subscriber.add(call.run(() => answers.subscribe(watched)));
    return undefined;
  });
}
