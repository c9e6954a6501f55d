import { type CallObserver, type Clock, type Duration } from '@rookery/common';
import { type Guards } from '../execute/guarded-call.js';
import { type ChannelPool } from './channel/channel-pool.js';
import { type Contract } from './contract/contract.js';
import { type MethodPlan } from './service-config/method-plan.js';

/** What a gRPC client is made of. */
export interface GrpcClientParts extends Guards {
  /** The name of the service that is called. */
  readonly service: string;
  readonly contract: Contract;
  /** How the calls of a method are made, by its name. Default: guarded by the client's pipeline. */
  readonly planOf?: ((method: string) => MethodPlan) | undefined;
  /** The longest that a call may take that does not say so itself. Unset where the pipeline has such a limit. */
  readonly defaultTimeout?: Duration | undefined;
  readonly channels: ChannelPool;
  /** How many bytes a message may have that is sent. Default: any number. */
  readonly maxSendMessageLength?: number | undefined;
  readonly observer: CallObserver;
  readonly clock: Clock;
}
