import { type Mailbox } from './mailbox.js';

/** Starts a stream whose messages go to the mailbox; settles when it has ended. */
export type RunStream<T> = (mailbox: Mailbox<T>) => Promise<void>;

/** What a stream consists of. */
export interface StreamSides<T> {
  readonly mailbox: Mailbox<T>;
  readonly run: RunStream<T>;
  /** Ends the stream at once, although its reader waits for a message. */
  readonly abandon: () => void;
}

/**
 * The messages that a method answers with, for `for await`. The call starts with the first message that is asked for, each
 * message is fetched when it is wanted, and leaving the loop cancels the call. It can be read once, and has to be read to
 * its end or left, as the loop does: until then it counts as a call that is running.
 */
export class GrpcStream<T> implements AsyncIterableIterator<T, undefined> {
  #running: Promise<void> | undefined;

  constructor(private readonly sides: StreamSides<T>) {}

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Ends the call. For `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  /** The next message. Rejects with what the call has failed with. */
  next(): Promise<IteratorResult<T, undefined>> {
    const { mailbox, run } = this.sides;
    this.#running ??= run(mailbox).then(
      () => mailbox.end({}),
      (error: unknown) => mailbox.end({ error }),
    );
    return mailbox.take();
  }

  /** Cancels the call, unless it has ended. */
  async return(): Promise<IteratorResult<T, undefined>> {
    const { mailbox, abandon } = this.sides;
    if (mailbox.reading) abandon();
    mailbox.leave();
    await (this.#running ??= Promise.resolve(mailbox.end({})));
    return { done: true, value: undefined };
  }
}
