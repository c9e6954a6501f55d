import { type InterceptingListener, type Metadata, status as Status, type StatusObject } from '@grpc/grpc-js';
import { failureOf, StatusReceived } from './call-failure.js';
import { type CallStart } from './call-start.js';
import { type GrpcChannel, type StartedCall } from './grpc-channel.js';

/** A call with one message each way as it goes on the wire. */
export interface UnaryStart extends CallStart {
  readonly body: Buffer;
}

/**
 * Makes one call over a channel and resolves with the answer's bytes. Rejects as `failureOf` says.
 * @param connected Whether the channel has a connection; without one the call fails at once, unsent, and says why.
 */
export function unaryCall(channel: GrpcChannel, start: UnaryStart, connected: boolean): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    // The call itself and not the client's method for it: that one makes an error with its stack for each call, in case.
    const call = channel.startCall(start.path);
    const exchange = new UnaryExchange(channel, call, start, connected, resolve, reject);
    call.start(start.metadata, exchange);
    call.startRead();
    call.sendMessageWithContext(NO_CONTEXT, start.body);
    call.halfClose();
    start.signal.addEventListener('abort', exchange, { once: true });
  });
}

/** One call on its way: grpc-js and the signal report to it. */
class UnaryExchange implements InterceptingListener {
  #heard = false;
  #ended = false;
  #answer: Buffer | undefined;

  constructor(
    private readonly channel: GrpcChannel,
    private readonly call: StartedCall,
    private readonly start: UnaryStart,
    private readonly connected: boolean,
    private readonly resolve: (answer: Buffer) => void,
    private readonly reject: (error: Error) => void,
  ) {}

  /** The signal aborted. */
  handleEvent(): void {
    this.call.cancelWithStatus(Status.CANCELLED, 'Cancelled on client');
  }

  onReceiveMetadata(metadata: Metadata): void {
    this.#heard = true;
    this.channel.hears();
    this.start.onHeaders?.(metadata);
  }

  onReceiveMessage(message: Buffer): void {
    this.#answer = message;
  }

  onReceiveStatus(status: StatusObject): void {
    if (this.#ended) return;
    this.#ended = true;
    this.start.signal.removeEventListener('abort', this);
    this.start.onTrailers?.(status.metadata);
    if (status.code !== Status.OK) this.reject(failureOf(status, this.#heard, this.connected));
    else if (this.#answer) this.resolve(this.#answer);
    else this.reject(noAnswer(status));
  }
}

/** A success without the message that goes with it, as gRPC has it. */
export function noAnswer({ metadata }: StatusObject): StatusReceived {
  return new StatusReceived({ code: Status.UNIMPLEMENTED, details: 'No message received', metadata });
}

const NO_CONTEXT = {};
