import { messageOf } from '@rookery/common';

/**
 * Asks a URL and resolves when the answer is a success. An answer of another status, or none, rejects with a message
 * that may be shown: it has no more of the URL than its origin and path.
 */
export async function probe(url: URL, signal: AbortSignal): Promise<void> {
  const shown = `${url.origin}${url.pathname}`;
  const response = await fetch(url, { signal, redirect: 'manual' }).catch((error: unknown) => {
    throw new Error(`${shown} does not answer: ${reasonOf(error)}`, { cause: error });
  });
  // The body is of no interest, and an unread one would keep the connection.
  await response.body?.cancel();
  if (!response.ok) throw new Error(`${shown} answered ${response.status}`);
}

/** fetch() hides why it failed in the cause, which has a code when the system said no. */
function reasonOf(error: unknown): string {
  const cause: unknown = property(error, 'cause') ?? error;
  const code: unknown = property(cause, 'code');
  // fetch's own message may quote the whole URL.
  if (typeof code === 'string') return code;
  return cause === error ? 'the request cannot be made' : messageOf(cause);
}

function property(value: unknown, name: 'cause' | 'code'): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
