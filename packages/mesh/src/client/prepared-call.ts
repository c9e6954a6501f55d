import { type Observation, type ObservedCall } from '@rookery/common';

/** A call that is ready to be sent, once or several times. */
export interface PreparedCall {
  readonly service: string;
  /** How messages name the call, such as `POST user-service/find`. */
  readonly label: string;
  /** Whether it may be executed twice. */
  readonly idempotent: boolean;
  /** How the observer sees each try of it. */
  readonly observed: ObservedCall;
  /** Makes one try and resolves with the result. */
  readonly send: (signal: AbortSignal, observation: Observation) => Promise<unknown>;
  /** How many instances were not tried yet; 0 where the mesh chooses. */
  readonly untried: () => number;
}
