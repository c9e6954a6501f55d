import { isTimeout } from '@rookery/common';
import { type Endpoint } from '../../endpoint/endpoint.js';
import { CallLost, StatusReceived } from './call-failure.js';
import { type ChannelPool } from './channel-pool.js';
import { type GrpcChannel } from './grpc-channel.js';

/** Makes a call over a channel that is connected, or that has failed to connect and says why. */
export type MakeCall<T> = (channel: GrpcChannel, connected: boolean) => Promise<T>;

/**
 * Makes one call to an endpoint over its channel, and gives the channel up when it is of no use:
 *
 * - when it cannot connect, so that the next call tries at once instead of waiting for grpc-js to do so;
 * - when it is connected and a call timed out while nothing at all was heard, because a connection whose other end
 *   vanished looks like one that is merely silent.
 *
 * One that is still connecting is kept: grpc-js does not end the attempt, so a second one would only be added to it.
 */
export async function callEndpoint<T>(
  pool: ChannelPool,
  endpoint: Endpoint,
  signal: AbortSignal,
  make: MakeCall<T>,
): Promise<T> {
  const channel = pool.to(endpoint);
  const { heard } = channel;
  let connected = false;
  channel.enter();
  try {
    connected = channel.ready || (await channel.connect(signal));
    const answer = await make(channel, connected);
    channel.hears();
    return answer;
  } catch (error) {
    if (error instanceof StatusReceived) channel.hears();
    const refused = error instanceof CallLost && !error.sent;
    const silent = connected && channel.heard === heard && isTimeout(signal.reason);
    if (refused || silent) pool.drop(endpoint, channel);
    throw signal.aborted ? signal.reason : error;
  } finally {
    channel.leave();
  }
}
