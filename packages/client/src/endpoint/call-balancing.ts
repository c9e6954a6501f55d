import { type Checks, is, shape } from '@rookery/common';
import { type Route, routeCheck } from '@rookery/discovery';
import { refuse } from '../definition/refuse.js';

/** Which instances all calls of a client are for, when it is no fixed URL that is called. */
export interface ClientBalancing {
  /**
   * Which versions and kinds of instances the calls go to. Default: what `DiscoveryModule` says of the service. Keep the
   * object: one that is made anew for each call costs a look at all instances each time.
   */
  route?: Route;
}

/** What a single call says about the instance that it is for. */
export interface CallBalancing extends ClientBalancing {
  /**
   * Calls with the same key go to the same instance, with the strategies `consistent-hash` and `sticky`, and to the same
   * version under each of them. Default: none.
   */
  key?: string;
}

const clientChecks: Checks<ClientBalancing> = { route: routeCheck };

export const clientBalancingCheck = shape<ClientBalancing>(clientChecks);

const callBalancingCheck = shape<CallBalancing>({ ...clientChecks, key: is.text });

/** Refuses what cannot be meant, such as an empty key: it is the caller's mistake, and must not reach any instance. */
export function checkCallBalancing(balancing: CallBalancing | undefined): void {
  refuse(callBalancingCheck, balancing, 'balancing');
}
