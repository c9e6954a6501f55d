import { InstanceConnections, type Listed } from '../../endpoint/instance-connections.js';
import { type ChannelSetup } from './channel-setup.js';
import { GrpcChannel } from './grpc-channel.js';

/** The channels of one client. */
export class ChannelPool extends InstanceConnections<GrpcChannel> {
  constructor(
    private readonly setup: ChannelSetup,
    listed?: Listed,
  ) {
    super(({ baseUrl, lookup }) => new GrpcChannel(baseUrl, setup, lookup), listed);
  }

  /** How many bytes of a message are read at most. */
  get largestAnswer(): number {
    return this.setup.largestAnswer;
  }
}
