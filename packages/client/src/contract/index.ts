// What both sides of a contract need, and nothing that only a caller loads.
export { CallOptions } from '../declarative/call-options.decorator.js';
export { type CallDefaults } from '../declarative/call-options.js';
export { type ContractClass } from '../declarative/contract.js';
export { remote } from '../declarative/remote.js';
export { ServeContract } from '../declarative/serve-contract.decorator.js';
export { type Served } from '../declarative/served.js';
export { ServiceClient, type ServiceClientOptions } from '../declarative/service-client.decorator.js';
export { InvalidContractError } from '../errors/invalid-contract.error.js';
