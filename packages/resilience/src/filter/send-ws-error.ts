import { type ErrorMessage } from './message-answer.js';

/** What is needed of a client's socket: one of the `ws` package, or one of Socket.IO. */
interface Socket {
  readonly readyState?: unknown;
  send?(text: string): void;
  emit?(event: string, data: unknown): void;
}

/** Which message of the client it was, as Nest's own filter for gateways tells it. */
export interface WsCause {
  readonly pattern: string;
  readonly data: unknown;
}

/**
 * Sends a client of a gateway the event `exception`. A socket of the `ws` package has an `emit` as well, which never
 * leaves the process; it is known by the number that is its state.
 */
export function sendWsError(client: Socket | undefined, error: ErrorMessage, cause: WsCause): void {
  const data = { ...error, cause };
  if (typeof client?.readyState === 'number') client.send?.(JSON.stringify({ event: 'exception', data }));
  else client?.emit?.('exception', data);
}
