import { type CallObserver, type Clock } from '@rookery/common';
import { type Guards } from '../execute/guarded-call.js';
import { type ChannelPool } from './channel/channel-pool.js';
import { type Contract } from './contract/contract.js';

/** What a gRPC client is made of. */
export interface GrpcClientParts extends Guards {
  /** The name of the service that is called. */
  readonly service: string;
  readonly contract: Contract;
  readonly channels: ChannelPool;
  readonly observer: CallObserver;
  readonly clock: Clock;
}
