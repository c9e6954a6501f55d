import { type Duration } from '@rookery/common';
import { type GrpcMetadata } from './channel/metadata.js';

/** What a single call may say beyond its method and request. */
export interface GrpcCallOptions {
  /** How long the caller waits for the answer, retries included; the policy's own limit still holds. Default `'30s'`. */
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
}
