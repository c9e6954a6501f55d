import { type Metadata } from '@grpc/grpc-js';
import { type Clock, type Observation, remainingTime } from '@rookery/common';
import { askLoad } from '../endpoint/ask-load.js';
import { type Endpoint } from '../endpoint/endpoint.js';
import { grpcTimeout } from './channel/grpc-timeout.js';
import { withDefaults } from './channel/metadata.js';

/**
 * The metadata of one try: the caller's own, the trace, the question for the load, and the time that is left. That time is
 * sent and not kept by grpc-js as well: its timer would now and then win over the policy's, and the same cause would have
 * two errors.
 */
export function outgoingMetadata(
  own: Metadata,
  endpoint: Endpoint,
  { outgoing }: Observation,
  clock: Clock,
): Metadata {
  const metadata = withDefaults(own, askLoad(endpoint), outgoing);
  const leftMs = remainingTime(clock);
  if (leftMs < Infinity) metadata.set('grpc-timeout', grpcTimeout(leftMs));
  return metadata;
}
