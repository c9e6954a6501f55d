import {
  Client,
  type ClientDuplexStream,
  type ClientReadableStream,
  type ClientUnaryCall,
  type ClientWritableStream,
  credentials,
  Metadata,
  type ServiceError,
  type StatusObject,
} from '@grpc/grpc-js';
import { loadSync, type MethodDefinition, type ServiceDefinition } from '@grpc/proto-loader';
import { type CallOptions, PROTO, type TestClient } from './test-client.js';

type Method = MethodDefinition<object, object>;
type AnyCall =
  | ClientUnaryCall
  | ClientReadableStream<object>
  | ClientWritableStream<object>
  | ClientDuplexStream<object, object>;

const definitions = loadSync(PROTO, { longs: String, defaults: true });
const service = definitions['grpc.testing.TestService'] as ServiceDefinition;
const other = definitions['grpc.testing.UnimplementedService'] as ServiceDefinition;

/** A client of the test service as grpc-js alone makes it. */
export function plainClient(port: number): TestClient & { close(): void } {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const unary = (method: Method, request: object, options: CallOptions = {}) =>
    new Promise<unknown>((resolve, reject) => {
      const { path, requestSerialize, responseDeserialize } = method;
      const done = (error: ServiceError | null, answer?: object) => (error ? reject(error) : resolve(answer));
      watch(
        client.makeUnaryRequest(
          path,
          requestSerialize,
          responseDeserialize,
          request,
          metadataOf(options),
          limit(options),
          done,
        ),
        options,
      );
    });
  return {
    unary: (name, request, options) => unary(methodOf(service, name), request, options),
    otherService: () => unary(methodOf(other, 'UnimplementedCall'), {}),
    serverStream(name, request, options = {}) {
      const { path, requestSerialize, responseDeserialize } = methodOf(service, name);
      const call = client.makeServerStreamRequest(
        path,
        requestSerialize,
        responseDeserialize,
        request,
        metadataOf(options),
        limit(options),
      );
      watch(call, options);
      return call;
    },
    clientStream: (name, requests, options = {}) =>
      new Promise((resolve, reject) => {
        const { path, requestSerialize, responseDeserialize } = methodOf(service, name);
        const done = (error: ServiceError | null, answer?: object) =>
          error ? reject(error) : resolve(answer);
        const call = client.makeClientStreamRequest(
          path,
          requestSerialize,
          responseDeserialize,
          metadataOf(options),
          limit(options),
          done,
        );
        watch(call, options);
        void send(requests, call);
      }),
    duplex(name, requests, options = {}) {
      const { path, requestSerialize, responseDeserialize } = methodOf(service, name);
      const call = client.makeBidiStreamRequest(
        path,
        requestSerialize,
        responseDeserialize,
        metadataOf(options),
        limit(options),
      );
      watch(call, options);
      void send(requests, call);
      return call;
    },
    failure: (error) => ({ code: (error as ServiceError).code, details: (error as ServiceError).details }),
    close: () => client.close(),
  };
}

async function send(
  requests: AsyncIterable<object>,
  call: Pick<ClientWritableStream<object>, 'write' | 'end'>,
): Promise<void> {
  for await (const request of requests) call.write(request);
  call.end();
}

function methodOf(from: ServiceDefinition, name: string): Method {
  const method = from[name];
  if (!method) throw new TypeError(`no method ${name}`);
  return method;
}

function metadataOf({ metadata = {} }: CallOptions): Metadata {
  const made = new Metadata();
  for (const [key, value] of Object.entries(metadata)) made.set(key, value);
  return made;
}

const limit = ({ timeoutMs }: CallOptions) =>
  timeoutMs === undefined ? {} : { deadline: Date.now() + timeoutMs };

function watch(call: AnyCall, { signal, onHeader, onTrailer }: CallOptions): void {
  signal?.addEventListener('abort', () => call.cancel());
  call.on('metadata', (metadata: Metadata) => onHeader?.(metadata));
  call.on('status', ({ metadata }: StatusObject) => onTrailer?.(metadata));
}
