export { type CallBalancing, type ClientBalancing } from '../endpoint/call-balancing.js';
export { ClientClosedError } from '../errors/client-closed.error.js';
export { BrokerConnectionError } from '../errors/broker-connection.error.js';
export { ConnectionError } from '../errors/connection.error.js';
export { InvalidResponseError } from '../errors/invalid-response.error.js';
export { OpenFurtherDownError } from '../errors/open-further-down.error.js';
export { RequestFailedError } from '../errors/request-failed.error.js';
export { UnsendableMessageError } from '../errors/unsendable-message.error.js';
export { rookeryClient } from './rookery-client.providers.js';
export {
  type RookeryBrokerClientOptions,
  type RookeryClientBasics,
  type RookeryClientOptions,
  type RookeryTcpClientOptions,
} from './rookery-client.module-definition.js';
export { type RpcCallOptions } from './rpc-call.options.js';
export { ServiceClientProxy } from './service-client-proxy.lifecycle.js';
