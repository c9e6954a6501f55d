import { type Clock } from '@rookery/common';
import { type Execution } from '../pipeline/policy.js';

/**
 * How long a call may wait for its turn by its deadline, in milliseconds. `Infinity` also where a timeout of this
 * pipeline keeps the deadline: its signal ends the wait, with the error that says which limit it was.
 */
export function longestWait({ scope, deadline }: Execution, clock: Clock): number {
  return scope || deadline === Infinity ? Infinity : deadline - clock.monotonic();
}
