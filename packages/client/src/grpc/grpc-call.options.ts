import { type Metadata } from '@grpc/grpc-js';
import { type Duration } from '@rookery/common';
import { callOptionsCheck } from '../definition/call-options.js';
import { type CallBalancing } from '../endpoint/call-balancing.js';
import { type GrpcMetadata } from './channel/metadata.js';

/** What a single call may say beyond its method and request. */
export interface GrpcCallOptions {
  /**
   * How long the caller waits for the answer, retries included; the policy's own limit still holds. A stream has to end
   * within it. Default `'30s'`, and none for a stream.
   */
  timeout?: Duration;
  /** Ends the call, and its retries, when it aborts. */
  signal?: AbortSignal;
  /** Sent along: texts, and bytes under keys that end in `-bin`. */
  metadata?: GrpcMetadata;
  /**
   * Whether the call may be executed twice, which is what makes a retry safe once it has been sent.
   * Default: what the contract says (`option idempotency_level`), else `false`.
   */
  idempotent?: boolean;
  /** Which instance it is for. Without effect on a client with a fixed `url`, which has one. */
  balancing?: CallBalancing;
  /**
   * Called with the initial metadata of the answer: of a stream before its first message, of a call with one answer when it has
   * come. The call rejects with what it throws.
   */
  onHeader?: (metadata: Metadata) => void;
  /**
   * Called with the trailing metadata of a call that ended well; a `GrpcStatusError` carries its own. The call rejects with
   * what it throws.
   */
  onTrailer?: (metadata: Metadata) => void;
}

/** Refuses options that calls do not have. */
export const checkGrpcCallOptions = callOptionsCheck<GrpcCallOptions>({
  timeout: true,
  signal: true,
  metadata: true,
  idempotent: true,
  balancing: true,
  onHeader: true,
  onTrailer: true,
});
