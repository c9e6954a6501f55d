import { type ClientUnaryCall, type Metadata, type ServiceError } from '@grpc/grpc-js';
import { type GrpcChannel } from './grpc-channel.js';
import { CallLost, StatusReceived } from './call-failure.js';

/** One call as it goes on the wire. */
export interface WireCall {
  /** Such as `/users.v1.UserService/FindUser`. */
  readonly path: string;
  readonly body: Buffer;
  readonly metadata: Metadata;
  readonly signal: AbortSignal;
}

/**
 * Makes one call over a channel and resolves with the answer's bytes. Rejects with a `StatusReceived` or a `CallLost`.
 * @param connected Whether the channel has a connection; without one the call fails at once, unsent, and says why.
 */
export function unaryCall(
  { client }: GrpcChannel,
  { path, body, metadata, signal }: WireCall,
  connected: boolean,
): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    let heard = false;
    const cancel = () => call.cancel();
    const onEnd = (error: ServiceError | null, answer: Buffer = EMPTY) => {
      signal.removeEventListener('abort', cancel);
      if (!error) resolve(answer);
      else
        reject(heard || cameOverTheWire(error) ? new StatusReceived(error) : new CallLost(connected, error));
    };
    const call = start(() => client.makeUnaryRequest(path, asItIs, asItIs, body, metadata, onEnd));
    call.on('metadata', () => (heard = true));
    signal.addEventListener('abort', cancel, { once: true });
  });
}

/** grpc-js throws at once when the channel was closed meanwhile, because its instance left or was given up. */
function start(call: () => ClientUnaryCall): ClientUnaryCall {
  try {
    return call();
  } catch (error) {
    throw new CallLost(false, error);
  }
}

/** A status that came over the wire has at least its content type; one that grpc-js made up has nothing. */
function cameOverTheWire({ metadata }: ServiceError): boolean {
  return Object.keys(metadata.getMap()).length > 0;
}

const EMPTY = Buffer.alloc(0);
const asItIs = (bytes: Buffer) => bytes;
