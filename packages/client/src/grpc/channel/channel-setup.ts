import { type ChannelOptions } from '@grpc/grpc-js';
import { toMilliseconds } from '@rookery/common';
import { GRPC_CLIENT_DEFAULTS, type GrpcClientOptions } from '../grpc-client.options.js';
import { loadTls, type TlsFiles } from '../tls/tls-files.js';

/** What all channels of a client are made with. */
export interface ChannelSetup {
  /** How connections are encrypted. Unset: with the authorities that Node trusts, where the URL says https. */
  readonly tls?: TlsFiles | undefined;
  /** How many bytes of a message are read at most. */
  readonly largestAnswer: number;
  /** What grpc-js is told about connections and messages. */
  readonly options: ChannelOptions;
}

/**
 * The setup by a client's options. Throws an `OptionsError` when the files of its certificates cannot be used.
 * @param where What was given the options, and at which path, for messages.
 */
export function channelSetup(
  where: string,
  path: string,
  { tls, keepalive, ...limits }: GrpcClientOptions,
  userAgent: string,
): ChannelSetup {
  const { time, timeout } = { ...GRPC_CLIENT_DEFAULTS.keepalive, ...keepalive };
  const largestAnswer = limits.maxReceiveMessageLength ?? GRPC_CLIENT_DEFAULTS.maxReceiveMessageLength;
  return {
    largestAnswer,
    options: {
      'grpc.primary_user_agent': userAgent,
      'grpc.max_receive_message_length': largestAnswer,
      'grpc.keepalive_time_ms': toMilliseconds(time),
      'grpc.keepalive_timeout_ms': toMilliseconds(timeout),
    },
    ...(tls && { tls: loadTls(where, `${path}.tls`, tls) }),
  };
}
