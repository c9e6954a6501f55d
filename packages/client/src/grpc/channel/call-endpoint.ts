import { isRookeryError } from '@rookery/common';
import { type Endpoint } from '../../endpoint/endpoint.js';
import { CallLost, StatusReceived } from './call-failure.js';
import { type ChannelPool } from './channel-pool.js';
import { unaryCall, type WireCall } from './unary-call.js';

/**
 * Makes one call to an endpoint over its channel, and gives the channel up when it is of no use:
 *
 * - when it cannot connect, so that the next call tries at once instead of waiting for grpc-js to do so;
 * - when it is connected and a call timed out while nothing at all was heard, because a connection whose other end
 *   vanished looks like one that is merely silent.
 *
 * One that is still connecting is kept: grpc-js does not end the attempt, so a second one would only be added to it.
 */
export function callEndpoint(pool: ChannelPool, endpoint: Endpoint, call: WireCall): Promise<Buffer> {
  const { signal } = call;
  const channel = pool.channel(endpoint);
  return channel.during(async () => {
    const { answers } = channel;
    let connected = false;
    try {
      connected = await channel.connect(signal);
      const answer = await unaryCall(channel, call, connected);
      channel.answered();
      return answer;
    } catch (error) {
      if (error instanceof StatusReceived) channel.answered();
      const refused = error instanceof CallLost && !error.sent;
      const silent = connected && channel.answers === answers && isRookeryError(signal.reason, 'TIMEOUT');
      if (refused || silent) pool.drop(endpoint, channel);
      throw signal.aborted ? signal.reason : error;
    }
  });
}
