import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { type Metadata, type ServerDuplexStream, type ServerReadableStream } from '@grpc/grpc-js';
import { Controller } from '@nestjs/common';
import {
  GrpcMethod,
  GrpcStreamMethod,
  type MicroserviceOptions,
  RpcException,
  Transport,
} from '@nestjs/microservices';
import { Test } from '@nestjs/testing';
import { DiscoveryModule, memoryRegistry } from '@rookery/discovery';
import { ResilienceModule } from '@rookery/resilience';
import { ServiceModule } from '@rookery/service';
import { TracingModule } from '@rookery/tracing';
import { concatMap, from, map, type Observable, reduce } from 'rxjs';
import { echoMetadata } from './echo-metadata.js';
import { type Asked, payload, wantedStatus } from './plain-server.js';
import { PROTO, type TestServer } from './test-client.js';

/** The test service as a Nest app serves it that has all of the suite's modules for servers. */
export async function nestServer(): Promise<TestServer & { close(): Promise<void> }> {
  const cancelled: string[] = [];
  const begun: string[] = [];
  const note = (
    method: string,
    call: ServerReadableStream<unknown, unknown> | ServerDuplexStream<unknown, unknown>,
  ) => {
    begun.push(method);
    call.on('cancelled', () => cancelled.push(method));
  };
  const refuse = (request: Asked) => {
    const wanted = wantedStatus(request);
    if (wanted)
      throw new RpcException({ code: wanted.code, message: wanted.details, details: wanted.details });
  };

  @Controller()
  class TestService {
    @GrpcMethod('TestService', 'EmptyCall')
    empty() {
      return {};
    }

    @GrpcMethod('TestService', 'UnaryCall')
    unary(request: Asked) {
      refuse(request);
      return payload(request.responseSize ?? 0);
    }

    @GrpcMethod('TestService', 'StreamingOutputCall')
    output({ responseParameters = [] }: Asked) {
      return from(responseParameters).pipe(map(({ size }) => payload(size)));
    }

    @GrpcStreamMethod('TestService', 'StreamingInputCall')
    input(requests: Observable<Asked>, _metadata: Metadata, call: ServerReadableStream<unknown, unknown>) {
      note('StreamingInputCall', call);
      return requests.pipe(
        reduce((size, request) => size + (request.payload?.body.length ?? 0), 0),
        map((aggregatedPayloadSize) => ({ aggregatedPayloadSize })),
      );
    }

    @GrpcStreamMethod('TestService', 'FullDuplexCall')
    duplex(requests: Observable<Asked>, _metadata: Metadata, call: ServerDuplexStream<unknown, unknown>) {
      note('FullDuplexCall', call);
      return requests.pipe(
        concatMap((request) => {
          refuse(request);
          return from(request.responseParameters ?? []);
        }),
        map(({ size }) => payload(size)),
      );
    }
  }

  const port = await freePort();
  const module = await Test.createTestingModule({
    imports: [
      ServiceModule.forRoot({ name: 'interop', version: '1.0.0' }),
      TracingModule.forRoot({ exporter: 'none' }),
      ResilienceModule.forRoot(),
      DiscoveryModule.forRoot({ registry: memoryRegistry() }),
    ],
    controllers: [TestService],
  }).compile();
  const app = module.createNestMicroservice<MicroserviceOptions>({
    transport: Transport.GRPC,
    options: {
      url: `127.0.0.1:${port}`,
      package: 'grpc.testing',
      protoPath: PROTO,
      channelOptions: { interceptors: [echoMetadata] } as never,
    },
    logger: false,
  });
  await app.listen();
  return { port, cancelled, begun, close: () => app.close() };
}

/** Nest does not tell which port its server has taken. */
async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
