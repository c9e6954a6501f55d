import { ClientNats, type NatsOptions } from '@nestjs/microservices';
import { type AnswerPacket } from '../wire/packet.js';
import { WireFailure } from '../wire/wire-failure.js';
import { markingAnswers } from './answers.js';
import { attachingMetadata } from './requests.js';

type Options = Required<NatsOptions>['options'];
type Handler = ReturnType<ClientNats['createSubscriptionHandler']>;

/** What is used of the headers of NATS. */
interface Headers {
  set(name: string, value: string): void;
}

/** How NATS says that nobody listens (ADR-26 of its documents). */
const NO_RESPONDERS = 503;

/** Nest tries ten times, every two seconds, and begins anew with the next call; until then all calls would fail. */
const RECONNECT = { maxReconnectAttempts: -1, reconnectTimeWait: 500 };

/** Nest's default would notice a server that is gone without a word after four to six minutes. */
const PING = { pingInterval: 10_000, maxPingOut: 2 };

/** What is to be sent as headers, beside those that the app's record has. */
class Attached {
  constructor(
    readonly own: unknown,
    readonly metadata: Readonly<Record<string, string>>,
  ) {}
}

/** Nest's NATS client, which finds a lost server sooner, whose messages carry headers, and which survives a bad answer. */
export class RookeryClientNats extends ClientNats {
  constructor(options: Options = {}) {
    super({
      ...RECONNECT,
      ...PING,
      ...options,
      // Where there are none, Nest makes no headers.
      headers: options.headers ?? {},
    });
  }

  protected override initializeSerializer(options: Options): void {
    super.initializeSerializer(options);
    this.serializer = attachingMetadata(this.serializer, (made, metadata) => {
      const { headers, ...message } = made as { headers?: unknown };
      return { ...message, headers: new Attached(headers, metadata) };
    });
  }

  protected override initializeDeserializer(options: Options): void {
    super.initializeDeserializer(options);
    this.deserializer = markingAnswers(this.deserializer);
  }

  override createSubscriptionHandler(
    packet: Parameters<ClientNats['createSubscriptionHandler']>[0],
    callback: (answer: AnswerPacket) => void,
  ): Handler {
    const handle = super.createSubscriptionHandler(packet, callback);
    return async (error, message) => {
      const { headers, data } = (message ?? {}) as { headers?: { code?: number }; data?: Uint8Array };
      if (headers?.code !== NO_RESPONDERS || data?.length) await handle(error, message);
      else callback({ err: new WireFailure(false, new Error('nobody listens for it')), isDisposed: true });
    };
  }

  protected override mergeHeaders(given?: unknown): Headers {
    const { own, metadata } = given instanceof Attached ? given : new Attached(given, {});
    const headers = super.mergeHeaders(own) as Headers;
    for (const [name, value] of Object.entries(metadata)) headers.set(name, value);
    return headers;
  }
}
