import { type ChannelOptions, experimental } from '@grpc/grpc-js';
import { type GrpcDiscovery } from './grpc-discovery.js';
import { type Located } from './instance-addresses.js';

/** What the resolver tells the load balancing policy beside the addresses, by which alone nobody could be recognised. */
export interface LocatedList {
  readonly service: string;
  readonly discovery: GrpcDiscovery;
  readonly located: readonly Located[];
}

/** Under which attribute; grpc-js keeps what has this prefix from the connections. */
const LIST_ATTRIBUTE = `${experimental.SUBCHANNEL_ARGS_EXCLUDE_KEY_PREFIX}.rookery-list`;

export function withList(list: LocatedList): Record<string, unknown> {
  return { [LIST_ATTRIBUTE]: list };
}

/** The list, and the options of the channel without what only the channel itself uses. */
export function takeList(options: ChannelOptions): { list?: LocatedList; options: ChannelOptions } {
  const {
    [LIST_ATTRIBUTE]: list,
    [experimental.CHANNEL_ARGS_CONFIG_SELECTOR_KEY]: _selector,
    ...rest
  } = options as Record<string, unknown>;
  return { ...(list !== undefined && { list: list as LocatedList }), options: rest };
}
