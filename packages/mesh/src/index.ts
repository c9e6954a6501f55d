export { type MeshCallOptions } from './client/mesh-call.js';
export { MeshClient } from './client/mesh-client.js';
export { type MeshLog } from './client/mesh-log.js';
export { type MeshParts } from './client/mesh-parts.js';
export { type CallPart, InvalidCallError } from './errors/invalid-call.error.js';
export { MeshNotReadyError } from './errors/mesh-not-ready.error.js';
export { MeshResponseError } from './errors/mesh-response.error.js';
export { MeshStatusError } from './errors/mesh-status.error.js';
export { MeshUnavailableError } from './errors/mesh-unavailable.error.js';
export { type Headers } from '@rookery/common';
export { type ReceivedHeaders } from './headers/received-headers.js';
export { MeshModule } from './mesh.module.js';
export { MESH_DEFAULTS, type MeshOptions, type WaitForOptions } from './mesh.options.js';
export { type AuthorityOf } from './target/authority.js';
export {
  type MeshRequest,
  type MeshResponse,
  type MeshTransport,
  type MeshVerb,
} from './transport/mesh-transport.js';
export { type FailureReason, TransportFailure } from './transport/transport-failure.js';
