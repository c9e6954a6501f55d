/** The token under which the gRPC client of a service is provided. */
export function getGrpcClientToken(service: string): string {
  return `GrpcServiceClient:${service}`;
}
