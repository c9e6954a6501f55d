import { type Duration } from '@rookery/common';
import { type Attempt, type Commitment, type Pipeline } from '@rookery/resilience';
import { type CallBalancing } from '../endpoint/call-balancing.js';
import { type Endpoint, type EndpointPicker } from '../endpoint/endpoint.js';

/** What every call of a client goes through. */
export interface Guards {
  readonly endpoints: EndpointPicker;
  readonly pipeline: Pipeline;
}

/** One call, in whichever protocol. */
export interface GuardedCall<T> {
  /** How messages name it. */
  readonly label: string;
  /** Whether it may be executed twice. */
  readonly idempotent: boolean;
  readonly signal?: AbortSignal | undefined;
  /** How long the caller waits, retries included. */
  readonly timeout?: Duration | undefined;
  /** Which instance it is for. */
  readonly balancing?: CallBalancing | undefined;
  /** Whether to try again, where somebody has said so. Default: where it does no harm. */
  readonly mayRetry?: ((error: unknown) => boolean) | undefined;
  /** Set for a call that hands its result out before it has ended. It is never hedged. */
  readonly commitment?: Commitment | undefined;
  /** Makes one try. */
  readonly send: (endpoint: Endpoint, attempt: Attempt) => Promise<T>;
}
