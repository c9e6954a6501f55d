import { type LookupFunction } from 'node:net';
import { type CallBalancing } from './call-balancing.js';

/** How a call ended, as far as the instance that served it is concerned. */
export type Outcome = 'success' | 'failure' | 'ignored';

/** One place to send a try to. */
export interface Endpoint {
  /** The id of the instance, or the URL when it is fixed. */
  readonly id: string;
  /** Without a slash at the end, such as `http://127.0.0.1:3000`. */
  readonly baseUrl: string;
  /** How many other instances are up that have not been tried for this request. */
  readonly alternatives: number;
  /** How its host name is to be resolved. Unset: as the system does. */
  readonly lookup?: LookupFunction | undefined;
  /**
   * Takes what the instance says about its load, from 0 to 1, before `done`. Unset where nobody chooses by it, so that
   * it need not be asked.
   */
  readonly loaded?: (utilization: number | undefined) => void;
  /** Says that the instance has begun to answer a try that goes on, as a stream does. Unset where nobody measures. */
  answered?(): void;
  /** Says how the try ended. */
  done(outcome: Outcome, retryAfterMs?: number): void;
}

/** Chooses where a try goes. `tried` holds the ids of the earlier tries of the same request. */
export type EndpointPicker = (tried: ReadonlySet<string>, balancing?: CallBalancing) => Promise<Endpoint>;
