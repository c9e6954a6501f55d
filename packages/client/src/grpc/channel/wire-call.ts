import { type InterceptingListener, type Metadata, status as Status, type StatusObject } from '@grpc/grpc-js';
import { failureOf } from './call-failure.js';
import { type CallStart } from './call-start.js';
import { type GrpcChannel, type StartedCall } from './grpc-channel.js';

interface Reading {
  readonly resolve: (message: Buffer | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * A call of which each message is asked for, so that a slow reader slows the other side down, and each message that is
 * sent is waited for, so that a slow other side slows the writer down.
 */
export class WireCall implements InterceptingListener {
  readonly #call: StartedCall;
  #heard = false;
  #status: StatusObject | undefined;
  /** Why it was given up, by this side. */
  #givenUp: unknown;
  #reading: Reading | undefined;
  #written: (() => void) | undefined;
  #onEnded: (() => void) | undefined;
  readonly #onAbort = () => this.giveUp(this.start.signal.reason);

  /** @param connected Whether the channel has a connection; without one the call fails at once, unsent, and says why. */
  constructor(
    private readonly channel: GrpcChannel,
    private readonly start: CallStart,
    private readonly connected: boolean,
  ) {
    this.#call = channel.startCall(start.path);
    this.#call.start(start.metadata, this);
    start.signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** Whether nothing more can be sent. */
  get ended(): boolean {
    return this.#status !== undefined;
  }

  /** Calls the listener once nothing more can be sent. There is one. */
  onceEnded(listener: () => void): void {
    if (this.ended) listener();
    else this.#onEnded = listener;
  }

  /** The next message; `undefined` when there is none and all is well. Rejects as `failureOf` says. */
  next(): Promise<Buffer | undefined> {
    return new Promise((resolve, reject) => {
      this.#reading = { resolve, reject };
      if (this.#status) this.#settle();
      else this.#call.startRead();
    });
  }

  /** Sends a message, and resolves when another one can be sent or the call has ended. */
  write(message: Buffer): Promise<void> {
    if (this.ended) return Promise.resolve();
    return new Promise((resolve) => {
      this.#written = resolve;
      this.#call.sendMessageWithContext({ callback: () => resolve() }, message);
    });
  }

  /** Says that no message follows. */
  halfClose(): void {
    if (!this.ended) this.#call.halfClose();
  }

  /** Ends the call because nobody wants the rest of it, or because of an error of this side, which `next` then rejects with. */
  giveUp(reason?: unknown): void {
    if (this.ended) return;
    this.#givenUp ??= reason;
    this.#call.cancelWithStatus(Status.CANCELLED, 'Cancelled on client');
  }

  /** grpc-js reports here. @internal */
  onReceiveMetadata(metadata: Metadata): void {
    this.#heard = true;
    this.channel.hears();
    try {
      this.start.onHeaders?.(metadata);
    } catch (error) {
      // It would end the process: grpc-js calls from an event of the connection.
      this.giveUp(error);
    }
  }

  /** grpc-js reports here. @internal */
  onReceiveMessage(message: Buffer): void {
    this.channel.hears();
    // It was given up for a reason, with which the end will come.
    if (this.#givenUp !== undefined) return;
    // It was asked for; what comes after the end nobody reads.
    this.#reading?.resolve(message);
    this.#reading = undefined;
  }

  /** grpc-js reports here. @internal */
  onReceiveStatus(status: StatusObject): void {
    if (this.#status) return;
    this.#status = status;
    this.start.signal.removeEventListener('abort', this.#onAbort);
    this.start.onTrailers?.(status.metadata);
    this.#settle();
    this.#written?.();
    this.#onEnded?.();
  }

  #settle(): void {
    const reading = this.#reading;
    const status = this.#status;
    if (!reading || !status) return;
    this.#reading = undefined;
    if (this.#givenUp !== undefined) reading.reject(this.#givenUp);
    else if (status.code === Status.OK) reading.resolve(undefined);
    else reading.reject(failureOf(status, this.#heard, this.connected));
  }
}
