export { type MeshCallOptions } from './client/mesh-call.js';
export { MeshClient } from './client/mesh-client.js';
export { type MeshLog } from './client/mesh-log.js';
export { type MeshParts } from './client/mesh-parts.js';
export { type CallPart, InvalidCallError } from './errors/invalid-call.error.js';
export { IdentityFilesError } from './errors/identity-files.error.js';
export { MeshNotReadyError } from './errors/mesh-not-ready.error.js';
export { MeshResponseError } from './errors/mesh-response.error.js';
export { type GrpcStatusName } from '@rookery/common';
export { MeshRpcError } from './errors/mesh-rpc.error.js';
export { MeshStatusError } from './errors/mesh-status.error.js';
export { MeshUnavailableError } from './errors/mesh-unavailable.error.js';
export { PeerIdentityError, type PeerProblem } from './errors/peer-identity.error.js';
export { type ConnectionLifetimes } from './identity/connection-lifetimes.js';
export { type IdentityOptions } from './identity/identity.options.js';
export { secureServer, type SecureServerOptions } from './identity/secure-server.js';
export { serviceAccountIds, type SpiffeIdOf } from './identity/spiffe-id.js';
export { type IdentityFiles, type Svid } from './identity/svid.js';
export { type IdentityParts, WorkloadIdentity } from './identity/workload-identity.js';
export { type Headers } from '@rookery/common';
export { type ReceivedHeaders } from './headers/received-headers.js';
export { MeshModule } from './mesh.module.js';
export { MESH_DEFAULTS, type MeshMode, type MeshOptions, type WaitForOptions } from './mesh.options.js';
export { type AuthorityOf } from './target/authority.js';
export {
  type MeshRequest,
  type MeshResponse,
  type MeshTransport,
  type MeshVerb,
} from './transport/mesh-transport.js';
export { RpcStatus } from './transport/rpc-status.js';
export { type RpcRequest, type RpcTransport } from './transport/rpc-transport.js';
export { Tries } from './transport/tries.js';
export { type FailureReason, TransportFailure } from './transport/transport-failure.js';
