import { type ClientOptions, ClientRMQ, type RmqOptions } from '@nestjs/microservices';
import { TIMEOUT_HEADER } from '@rookery/common';
import { markingAnswers } from './answers.js';
import { attachingMetadata } from './requests.js';

type Options = Required<RmqOptions>['options'];
type OnMessage = (message: unknown) => void;

/** What is used of the options of a message. */
interface MessageOptions {
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly expiration?: string | number;
}

/** What is used of a channel. */
interface Channel {
  consume(queue: string, onMessage: OnMessage, options: object): Promise<unknown>;
}

/** Nest's default would leave a client without its broker for up to five seconds after that is back. */
const RECONNECT = { reconnectTimeInSeconds: 1 };

/**
 * Nest's RabbitMQ client, whose messages carry headers. A request expires in its queue when nobody waits for the answer any
 * more, so that servers which come back do not work through what was asked while they were away.
 */
export class RookeryClientRMQ extends ClientRMQ {
  constructor(options: Options = {}) {
    super({ ...options, socketOptions: { ...RECONNECT, ...options.socketOptions } });
  }

  protected override initializeSerializer(options: Options): void {
    super.initializeSerializer(options);
    this.serializer = attachingMetadata(this.serializer, (made, metadata, packet) => {
      const { options: own = {}, ...message } = made as { options?: MessageOptions };
      const expiration = own.expiration ?? ('id' in packet ? metadata[TIMEOUT_HEADER] : undefined);
      const headers = { ...own.headers, ...metadata };
      return { ...message, options: { ...own, headers, ...(expiration !== undefined && { expiration }) } };
    });
  }

  protected override initializeDeserializer(options: ClientOptions['options']): void {
    super.initializeDeserializer(options);
    this.deserializer = markingAnswers(this.deserializer);
  }

  /** RabbitMQ says with an empty message that the consumer is gone, which Nest does not know. */
  override consumeChannel(channel: Channel): Promise<void> {
    const consume: Channel['consume'] = (queue, onMessage, options) =>
      channel.consume(queue, (message) => message !== null && onMessage(message), options);
    return super.consumeChannel({ consume });
  }
}
