/** No answer came, or no message went. */
export class WireFailure extends Error {
  /** @param sent Whether the other side may have seen the message. */
  constructor(
    readonly sent: boolean,
    override readonly cause: unknown,
  ) {
    super('no answer', { cause });
  }
}

/** The message cannot be written down. */
export class UnsendablePacket extends Error {
  constructor(override readonly cause: unknown) {
    super('unsendable', { cause });
  }
}

/** What came is no answer: the deserializer throws at it. */
export class UnreadableAnswer extends Error {
  constructor(override readonly cause: unknown) {
    super('unreadable', { cause });
  }
}

/** The other side answered with an error. The payload is whatever it has sent, and may be anything. */
export class RemoteFailure {
  constructor(readonly payload: unknown) {}
}
