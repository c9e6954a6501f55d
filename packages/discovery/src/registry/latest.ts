/** Receives what a source has to say. */
export interface Sink<T> {
  readonly push: (value: T) => void;
  readonly fail: (error: unknown) => void;
}

/** Starts a source. What it returns stops it, and is awaited when the reader leaves. */
export type Source<T> = (sink: Sink<T>) => () => unknown;

/**
 * Turns pushes into an async iterable that always yields the newest value: a slow reader skips what was replaced in
 * the meantime, so nothing piles up. It ends when the signal aborts, and throws what the source fails with.
 */
export async function* latest<T>(source: Source<T>, signal: AbortSignal): AsyncGenerator<T, void> {
  let unread: { value: T } | undefined;
  let failure: { error: unknown } | undefined;
  let wake = () => {};
  const onAbort = () => wake();
  const stop = source({
    push(value) {
      unread = { value };
      wake();
    },
    fail(error) {
      failure ??= { error };
      wake();
    },
  });
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    while (!signal.aborted) {
      if (unread) {
        const { value } = unread;
        unread = undefined;
        yield value;
      } else if (failure) throw failure.error;
      else await new Promise<void>((resolve) => (wake = resolve));
    }
  } finally {
    signal.removeEventListener('abort', onAbort);
    await stop();
  }
}
