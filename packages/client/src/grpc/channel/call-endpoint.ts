import { isRookeryError } from '@rookery/common';
import { type Endpoint } from '../../endpoint/endpoint.js';
import { CallLost, StatusReceived } from './call-failure.js';
import { type ChannelPool } from './channel-pool.js';
import { unaryCall, type WireCall } from './unary-call.js';

/**
 * Makes one call to an endpoint over its channel, and gives the channel up when it is of no use: when it cannot
 * connect, so that the next call tries at once instead of waiting for grpc-js to do so; and when a call timed out while
 * nothing at all was heard, because a connection whose other end vanished looks like one that is merely silent.
 */
export function callEndpoint(pool: ChannelPool, endpoint: Endpoint, call: WireCall): Promise<Buffer> {
  const channel = pool.channel(endpoint);
  return channel.during(async () => {
    const { answers } = channel;
    try {
      const connected = await channel.connect(call.signal);
      const answer = await unaryCall(channel, call, connected);
      channel.answered();
      return answer;
    } catch (error) {
      if (error instanceof StatusReceived) channel.answered();
      else if (isOfNoUse(error, call.signal, channel.answers > answers)) pool.drop(endpoint, channel);
      throw call.signal.aborted ? call.signal.reason : error;
    }
  });
}

function isOfNoUse(error: unknown, { reason }: AbortSignal, alive: boolean): boolean {
  return isRookeryError(reason, 'TIMEOUT') ? !alive : error instanceof CallLost && !error.sent;
}
