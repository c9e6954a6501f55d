import { messageOf } from '@rookery/common';
import { Observable, type Observer, type Operator, Subscriber, type Subscription } from 'rxjs';

/**
 * Events whose listeners change nothing: what one of them throws, also behind operators, becomes a warning of the process,
 * of the type `ResilienceListenerWarning`. rxjs would throw it once more in a timer, which ends the process: a bug in what
 * only watches would take down what it watches. The listener stays and hears of the next event.
 */
export class EventStream<T> extends Observable<T> {
  /** What the operators of `pipe` are made with: what comes out of them is such a stream, too. */
  override lift<R>(operator?: Operator<T, R>): Observable<R> {
    const lifted = new EventStream<R>();
    lifted.source = this;
    lifted.operator = operator;
    return lifted;
  }

  override subscribe(
    listener?: Partial<Observer<T>> | ((value: T) => void) | null,
    error?: ((error: unknown) => void) | null,
    complete?: (() => void) | null,
  ): Subscription {
    // An operator, or rxjs itself: what listens behind it is guarded where it subscribes.
    if (listener instanceof Subscriber) return super.subscribe(listener);
    const told = typeof listener === 'object' && listener ? listener : { next: listener, error, complete };
    return super.subscribe({
      next: (value) => guarded(() => told.next?.(value)),
      error: (failure: unknown) => guarded(() => (told.error ? told.error(failure) : warn(failure))),
      complete: () => guarded(() => told.complete?.()),
    });
  }
}

function guarded(listen: () => void): void {
  try {
    listen();
  } catch (error) {
    warn(error);
  }
}

function warn(error: unknown): void {
  const detail = error instanceof Error ? error.stack : undefined;
  process.emitWarning(`A listener of resilience events threw "${messageOf(error)}".`, {
    type: 'ResilienceListenerWarning',
    ...(detail !== undefined && { detail }),
  });
}
