import { type HttpMethod } from './http-request.js';

/** A request as it goes on the wire. */
export interface WireRequest {
  readonly method: HttpMethod;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

/** An answer as it came, whatever its status. */
export interface WireResponse {
  readonly status: number;
  readonly contentType: string;
  readonly retryAfter: string | undefined;
  readonly body: string;
}

/**
 * Sends one request. Resolves with any answer, whatever its status; rejects with a `TransportFailure` when none came,
 * with `AnswerTooLarge` when it is larger than what is read.
 */
export type HttpTransport = (request: WireRequest) => Promise<WireResponse>;

/** An answer came, but it is larger than what is read. */
export class AnswerTooLarge extends Error {}

/** Why no answer came. */
export class TransportFailure extends Error {
  /** @param sent Whether the other side may have seen the request. */
  constructor(
    readonly sent: boolean,
    override readonly cause: unknown,
  ) {
    super('no answer', { cause });
  }
}
