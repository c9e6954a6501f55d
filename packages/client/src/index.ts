export {
  type ProblemClass,
  type ProblemDefinition,
  type ProblemDetails,
  ProblemError,
  type ProblemFacts,
  ProblemType,
  type Schema,
  type SchemaIssue,
} from '@rookery/common';
export { ClientModule } from './client.module.js';
export { CLIENT_DEFAULTS, type HttpClientOptions } from './client.options.js';
export { getHttpClientToken } from './client.tokens.js';
export { type ContractClientOptions } from './declarative/contract-client.options.js';
export { type CallBalancing, type ClientBalancing } from './endpoint/call-balancing.js';
export { AnswerTooLargeError } from './errors/answer-too-large.error.js';
export { ConnectionError } from './errors/connection.error.js';
export { HttpStatusError } from './errors/http-status.error.js';
export { IdempotencyKeyReusedError } from './errors/idempotency-key-reused.error.js';
export { InvalidResponseError } from './errors/invalid-response.error.js';
export { OpenFurtherDownError } from './errors/open-further-down.error.js';
export { RequestFailedError } from './errors/request-failed.error.js';
export { StillInFlightError } from './errors/still-in-flight.error.js';
export { UnsendableMessageError } from './errors/unsendable-message.error.js';
export { type AnswerOptions, type ResponseType } from './http/answer-options.js';
export {
  type BodyOptions,
  type HttpAnswer,
  type HttpMethod,
  type RequestOptions,
  type UrlValue,
} from './http/http-request.js';
export { type Progress } from './http/progress.js';
export { HttpServiceClient } from './http/http-service-client.js';
export { TRANSPORT_DEFAULTS, type TransportName, type TransportOptions } from './http/transport.options.js';
export { InjectHttpClient } from './inject-http-client.decorator.js';
