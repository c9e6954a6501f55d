import { status } from '@grpc/grpc-js';
import { Test } from '@nestjs/testing';
import {
  getGrpcClientToken,
  GrpcClientModule,
  type GrpcServiceClient,
  GrpcStatusError,
} from '@rookery/client/grpc';
import { isRookeryError } from '@rookery/common';
import { DiscoveryModule, memoryRegistry, ServiceRegistry } from '@rookery/discovery';
import { ResilienceModule } from '@rookery/resilience';
import { type CallOptions, PROTO, type TestClient } from './test-client.js';

const contract = { package: 'grpc.testing', protoPath: PROTO };

/** A client of the test service as a Nest app has it: by discovery, with policies. */
export async function ourClient(port: number): Promise<TestClient & { close(): Promise<void> }> {
  const app = await Test.createTestingModule({
    imports: [
      ResilienceModule.forRoot(),
      DiscoveryModule.forRoot({ registry: memoryRegistry(), advertise: false }),
      GrpcClientModule.forFeature([
        { service: 'interop', serviceName: 'TestService', ...contract },
        { service: 'other', serviceName: 'UnimplementedService', ...contract },
      ]),
    ],
  }).compile();
  await app.init();
  for (const service of ['interop', 'other'])
    await app.get(ServiceRegistry).register({ service, host: '127.0.0.1', port, protocol: 'grpc' });
  const clientOf = (service: string) =>
    app.get<GrpcServiceClient>(getGrpcClientToken(service), { strict: false });
  const client = clientOf('interop');
  return {
    unary: (method, request, options) => client.call(method, request, ours(options)),
    serverStream: (method, request, options) => client.serverStream(method, request, ours(options)),
    clientStream: (method, requests, options) => client.clientStream(method, requests, ours(options)),
    duplex: (method, requests, options) => client.duplex(method, requests, ours(options)),
    otherService: () => clientOf('other').call('UnimplementedCall', {}),
    failure: (error) => {
      if (error instanceof GrpcStatusError) return { code: error.grpcCode, details: error.details };
      const details = String(error);
      if (isRookeryError(error, 'TIMEOUT')) return { code: status.DEADLINE_EXCEEDED, details };
      return { code: (error as Error).name === 'AbortError' ? status.CANCELLED : status.UNKNOWN, details };
    },
    close: () => app.close(),
  };
}

const ours = ({ timeoutMs, ...options }: CallOptions = {}) => ({
  ...options,
  ...(timeoutMs !== undefined && { timeout: timeoutMs }),
});
