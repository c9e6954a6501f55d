export { type CallBalancing, type ClientBalancing } from '../endpoint/call-balancing.js';
export { type GrpcStatusName } from '@rookery/common';
export { ClientClosedError } from '../errors/client-closed.error.js';
export { ConnectionError } from '../errors/connection.error.js';
export { GrpcStatusError, type GrpcStatusFacts } from '../errors/grpc-status.error.js';
export { InvalidResponseError } from '../errors/invalid-response.error.js';
export { OpenFurtherDownError } from '../errors/open-further-down.error.js';
export { RequestFailedError } from '../errors/request-failed.error.js';
export { RequestTooLargeError } from '../errors/request-too-large.error.js';
export { AnswerTooLargeError } from '../errors/answer-too-large.error.js';
export { type StatusDetail } from '../errors/status-detail.js';
export { type GrpcMetadata } from './channel/metadata.js';
export { type GrpcCallOptions } from './grpc-call.options.js';
export { GrpcClientModule } from './grpc-client.module.js';
export { GRPC_CLIENT_DEFAULTS, type GrpcClientOptions, type GrpcKeepalive } from './grpc-client.options.js';
export { getGrpcClientToken } from './grpc-client.tokens.js';
export { GrpcServiceClient } from './grpc-service-client.js';
export { InjectGrpcClient } from './inject-grpc-client.decorator.js';
export { GrpcResolver } from './resolver/grpc-resolver.js';
export { GrpcResolverModule } from './resolver/grpc-resolver.module.js';
export { serviceConfigForGrpcJs } from './service-config/for-grpc-js.js';
export { serviceConfigCheck } from './service-config/service-config-check.js';
export {
  type DurationMessage,
  type GrpcServiceConfig,
  type MethodConfig,
  type MethodName,
  type ProtoDuration,
  type RetryThrottling,
  type ServiceConfigHedgingPolicy,
  type ServiceConfigRetryPolicy,
  type StatusCode,
} from './service-config/service-config.js';
export { GrpcStream } from './stream/grpc-stream.js';
export { type Requests } from './stream/send-requests.js';
export { type GrpcTlsOptions, type PemSource } from './tls/tls.options.js';
