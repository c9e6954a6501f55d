import {
  loadPackageDefinition,
  type sendUnaryData,
  Server,
  ServerCredentials,
  type ServerDuplexStream,
  type ServerReadableStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceClientConstructor,
} from '@grpc/grpc-js';
import { loadSync } from '@grpc/proto-loader';
import { echoMetadata } from './echo-metadata.js';
import { type Payload, PROTO, type TestServer } from './test-client.js';

/** What a request asks the server to do. */
export interface Asked {
  readonly responseSize?: number;
  readonly payload?: Payload | null;
  readonly responseParameters?: readonly { readonly size: number }[];
  readonly responseStatus?: { readonly code: number; readonly message: string } | null;
}

export const payload = (size: number) => ({ payload: { type: 0, body: Buffer.alloc(size) } });

/** The status that a request wants to be answered with. */
export const wantedStatus = ({ responseStatus }: Asked) =>
  responseStatus?.code ? { code: responseStatus.code, details: responseStatus.message } : undefined;

/** The test service as grpc-js alone serves it. */
export async function plainServer(): Promise<TestServer & { close(): void }> {
  const cancelled: string[] = [];
  const begun: string[] = [];
  const note = (method: string, call: { on(event: 'cancelled', listener: () => void): unknown }) => {
    begun.push(method);
    call.on('cancelled', () => cancelled.push(method));
  };
  const { TestService } = (
    loadPackageDefinition(loadSync(PROTO, { longs: String, defaults: true }))['grpc'] as unknown as {
      testing: { TestService: ServiceClientConstructor };
    }
  ).testing;
  const server = new Server({ interceptors: [echoMetadata] });
  const { UnimplementedCall: _none, ...implemented } = TestService.service;
  server.addService(implemented, {
    EmptyCall: (_call: ServerUnaryCall<object, object>, done: sendUnaryData<object>) => done(null, {}),
    UnaryCall(call: ServerUnaryCall<Asked, object>, done: sendUnaryData<object>) {
      const wanted = wantedStatus(call.request);
      if (wanted) done(wanted);
      else done(null, payload(call.request.responseSize ?? 0));
    },
    StreamingOutputCall(call: ServerWritableStream<Asked, object>) {
      for (const { size } of call.request.responseParameters ?? []) call.write(payload(size));
      call.end();
    },
    StreamingInputCall(call: ServerReadableStream<Asked, object>, done: sendUnaryData<object>) {
      note('StreamingInputCall', call);
      let size = 0;
      call.on('data', (request: Asked) => (size += request.payload?.body.length ?? 0));
      call.on('end', () => done(null, { aggregatedPayloadSize: size }));
    },
    FullDuplexCall(call: ServerDuplexStream<Asked, object>) {
      note('FullDuplexCall', call);
      call.on('data', (request: Asked) => {
        const wanted = wantedStatus(request);
        if (wanted) call.emit('error', wanted);
        else for (const { size } of request.responseParameters ?? []) call.write(payload(size));
      });
      call.on('end', () => call.end());
    },
  });
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, taken) =>
      error ? reject(error) : resolve(taken),
    ),
  );
  return { port, cancelled, begun, close: () => server.forceShutdown() };
}
