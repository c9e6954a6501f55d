import { type Client, type ClientUnaryCall, type Metadata, type ServiceError } from '@grpc/grpc-js';
import { type Headers, messageOf } from '@rookery/common';
import { InvalidCallError } from '../errors/invalid-call.error.js';
import { RpcStatus } from '../transport/rpc-status.js';
import { type RpcRequest, type RpcTransport } from '../transport/rpc-transport.js';
import { TransportFailure } from '../transport/transport-failure.js';
import { type Contracts } from './contracts.js';
import { type GrpcPackages } from './load-grpc.js';

/** The most digits that `grpc-timeout` takes (gRPC over HTTP2, "Timeout"). */
const LONGEST_TIMEOUT_MS = 99_999_999;

/**
 * Calls through gRPC's own xDS client: the control plane of the mesh tells it where the instances are, how to balance and
 * what to retry, and no proxy stands in between.
 */
export class GrpcTransport implements RpcTransport {
  readonly kind = 'rpc';
  readonly #clients = new Map<string, Client>();

  constructor(
    private readonly grpc: GrpcPackages['grpc'],
    private readonly contracts: Contracts,
    private readonly userAgent: string,
  ) {}

  encode(method: string, message: unknown = {}): Buffer {
    const definition = this.contracts.method(method);
    if (typeof message !== 'object' || message === null)
      throw new InvalidCallError('data', 'A message is an object.');
    try {
      return definition.requestSerialize(message);
    } catch (cause) {
      throw new InvalidCallError('data', `It does not fit ${method}: ${messageOf(cause)}.`, { cause });
    }
  }

  async call({ authority, method, message, headers, timeoutMs, signal }: RpcRequest): Promise<unknown> {
    const { path, responseDeserialize } = this.contracts.method(method);
    const answer = await new Promise<Buffer>((resolve, reject) => {
      let heard = false;
      const cancel = () => call.cancel();
      const onEnd = (error: ServiceError | null, bytes?: Buffer) => {
        signal.removeEventListener('abort', cancel);
        if (error) reject(this.#failure(call, error, heard));
        else resolve(bytes ?? Buffer.alloc(0));
      };
      const metadata = this.#metadata(headers, timeoutMs);
      const client = this.#client(authority);
      const call = client.makeUnaryRequest(path, asItIs, asItIs, message, metadata, onEnd);
      call.on('metadata', () => (heard = true));
      signal.addEventListener('abort', cancel, { once: true });
    });
    return responseDeserialize(answer);
  }

  /** Nest calls it when the app stops, after its servers have closed. */
  onApplicationShutdown(): void {
    for (const client of this.#clients.values()) client.close();
    this.#clients.clear();
  }

  #client(authority: string): Client {
    let client = this.#clients.get(authority);
    if (!client) {
      client = new this.grpc.Client(`xds:///${authority}`, this.grpc.credentials.createInsecure(), {
        'grpc.primary_user_agent': this.userAgent,
      });
      this.#clients.set(authority, client);
    }
    return client;
  }

  /** The time left is sent as a header and not kept by gRPC as well, whose timer would now and then win over the policy's. */
  #metadata(headers: Headers, timeoutMs: number): Metadata {
    const metadata = new this.grpc.Metadata();
    for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
    const whole = Math.max(1, Math.ceil(timeoutMs));
    if (timeoutMs !== Infinity) metadata.set('grpc-timeout', `${Math.min(whole, LONGEST_TIMEOUT_MS)}m`);
    return metadata;
  }

  /** A status that came over the wire has at least its content type; one that grpc-js made up has nothing. */
  #failure(call: ClientUnaryCall, error: ServiceError, heard: boolean): Error {
    const texts = Object.entries(error.metadata.getMap()).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    );
    if (heard || texts.length > 0) return new RpcStatus(error.code, error.details, Object.fromEntries(texts));
    // Until it has a connection, a call names its target for its peer.
    const sent = !call.getPeer().startsWith('xds:');
    return new TransportFailure(sent ? 'cut off' : 'not sent', error);
  }
}

const asItIs = (bytes: Buffer) => bytes;
