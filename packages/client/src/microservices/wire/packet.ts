/** A message as Nest's transports send it. */
export interface Packet {
  readonly pattern: unknown;
  readonly data: unknown;
  /** What travels beside the data: in the packet over TCP and Redis, in the headers over NATS and RabbitMQ. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** A part of an answer, as Nest's transports send it. */
export interface AnswerPacket {
  readonly id?: string;
  readonly err?: unknown;
  readonly response?: unknown;
  /** Whether it is the last part. */
  readonly isDisposed?: boolean;
}

/** How packets become what is sent, and back: Nest's serializer and deserializer, of which the app may have its own. */
export interface Serializer {
  serialize(packet: object, options?: Record<string, unknown>): unknown;
}

export interface Deserializer {
  deserialize(received: unknown, options?: Record<string, unknown>): unknown;
}
