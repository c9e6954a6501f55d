import { type Duration } from '@rookery/common';
import { callOptionsCheck } from '../definition/call-options.js';
import { type CallBalancing } from '../endpoint/call-balancing.js';

/** What the calls of a client may say beyond pattern and data. */
export interface RpcCallOptions {
  /** How long the caller waits for the first value of the answer, retries included; the policy's own limit still holds. */
  timeout?: Duration;
  /** Ends the call, and its retries, when it aborts. */
  signal?: AbortSignal;
  /**
   * Whether the message may be handled twice, which is what makes a retry safe once it has been sent. Default: as the
   * client's `idempotent` says of the pattern.
   */
  idempotent?: boolean;
  /** Which instance it is for. Over TCP only: elsewhere the broker chooses. */
  balancing?: CallBalancing;
}

/** Refuses options that calls do not have. */
export const checkRpcCallOptions = callOptionsCheck<RpcCallOptions>({
  timeout: true,
  signal: true,
  idempotent: true,
  balancing: true,
});
