import { type Metadata } from '@grpc/grpc-js';

/** One call as it begins on the wire. */
export interface CallStart {
  /** Such as `/users.v1.UserService/FindUser`. */
  readonly path: string;
  readonly metadata: Metadata;
  readonly signal: AbortSignal;
  /** Called with the initial metadata, before any message. A stream is given up with what it throws; other calls have it throw nothing. */
  readonly onHeaders?: ((metadata: Metadata) => void) | undefined;
  /** Called with the trailing metadata of whatever ends the call, before its result is seen. */
  readonly onTrailers?: ((metadata: Metadata) => void) | undefined;
}
