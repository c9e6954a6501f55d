import { Inject } from '@nestjs/common';
import { getGrpcClientToken } from './grpc-client.tokens.js';

/** Injects the client that `GrpcClientModule.forFeature([{ service, … }])` provides for a service. */
export function InjectGrpcClient(service: string): ParameterDecorator & PropertyDecorator {
  return Inject(getGrpcClientToken(service));
}
