import { Observable } from 'rxjs';

/**
 * The same values until the signal aborts, which ends them with an error and gives up the source. Where it has aborted
 * already, the source is not begun.
 */
export function untilOver<T>(
  source: Observable<T>,
  signal: AbortSignal,
  errorOf: (reason: unknown) => unknown,
  beforeError: () => void,
): Observable<T> {
  return new Observable<T>((subscriber) => {
    const onAbort = () => subscriber.error(errorOf(signal.reason));
    if (signal.aborted) return onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    subscriber.add(() => signal.removeEventListener('abort', onAbort));
    const watched = {
      next: (value: T) => subscriber.next(value),
      error(error: unknown) {
        // It may turn out that the signal should have aborted.
        beforeError();
        subscriber.error(error);
      },
      complete: () => subscriber.complete(),
    };
    subscriber.add(source.subscribe(watched));
    return undefined;
  });
}
