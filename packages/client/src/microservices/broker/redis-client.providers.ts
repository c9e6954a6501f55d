import { type ClientOptions, ClientRedis, type RedisOptions } from '@nestjs/microservices';
import { isThenable } from '@rookery/common';
import { type AnswerPacket, type Packet } from '../wire/packet.js';
import { WireFailure } from '../wire/wire-failure.js';
import { markingAnswers } from './answers.js';
import { ReplyChannels } from './reply-channels.js';
import { refusingUnsendable } from './requests.js';

type Options = Required<RedisOptions>['options'];

/** What is used of ioredis. */
interface Redis {
  publish(channel: string, message: string): Promise<number>;
  subscribe(channel: string): Promise<unknown>;
  unsubscribe(channel: string): Promise<unknown>;
  info(section: string): Promise<string>;
}

/**
 * Nest's Redis client, without what ends the process there: what Redis refuses is told to nobody but the process. And a
 * request that nobody listens for fails at once, because Redis says how many have received it.
 */
export class RookeryClientRedis extends ClientRedis {
  readonly #replies = new ReplyChannels();

  constructor(options: Options = {}) {
    super(options);
  }

  protected override initializeSerializer(options: ClientOptions['options']): void {
    super.initializeSerializer(options);
    this.serializer = refusingUnsendable(this.serializer);
  }

  protected override initializeDeserializer(options: ClientOptions['options']): void {
    super.initializeDeserializer(options);
    this.deserializer = markingAnswers(this.deserializer);
  }

  protected override publish(partial: Packet, callback: (answer: AnswerPacket) => void): () => void {
    const packet = this.assignPacketId(partial);
    const route = this.normalizePattern(packet.pattern as string);
    const reply = this.getReplyPattern(route);
    const subscriber = this.subClient as Redis;
    const { ready, leave } = this.#replies.join(subscriber, reply);
    this.routingMap.set(packet.id, callback);
    void this.#request(packet, route, ready, callback);
    return () => {
      this.routingMap.delete(packet.id);
      leave();
    };
  }

  async #request(
    packet: Packet & { id: string },
    route: string,
    listening: Promise<unknown>,
    callback: (answer: AnswerPacket) => void,
  ): Promise<void> {
    try {
      await this.#send(packet, route, listening);
    } catch (error) {
      callback({ err: error });
    }
  }

  async #send(packet: Packet & { id: string }, route: string, listening: Promise<unknown>): Promise<void> {
    const serialized: unknown = this.serializer.serialize(packet);
    const message = JSON.stringify(isThenable(serialized) ? await serialized : serialized);
    await listening;
    // Whoever asked may have left, and must not be answered by a server that then works in vain.
    if (!this.routingMap.has(packet.id)) return;
    const publisher = this.pubClient as Redis;
    const receivers = await publisher.publish(this.getRequestPattern(route), message);
    if (receivers === 0 && (await countsAll(publisher)))
      throw new WireFailure(false, new Error('nobody listens for it'));
  }
}

/** A server of a cluster counts its own receivers only. One that may not be asked may be one. */
async function countsAll(redis: Redis): Promise<boolean> {
  const info = await redis.info('server').catch(() => '');
  return /^redis_mode:standalone\r?$/m.test(info);
}
