import { remainingTime } from '@rookery/common';
import { InvalidCallError } from '../errors/invalid-call.error.js';
import { MeshRpcError } from '../errors/mesh-rpc.error.js';
import { takenAlong } from '../headers/received-headers.js';
import { meshTarget } from '../target/mesh-target.js';
import { RpcStatus } from '../transport/rpc-status.js';
import { type RpcTransport } from '../transport/rpc-transport.js';
import { errorOf } from './exchange.js';
import { callHeaders, type MeshCallOptions } from './mesh-call.js';
import { type MeshParts } from './mesh-parts.js';
import { type PreparedCall } from './prepared-call.js';

const STATUS_CODE = 'rpc.grpc.status_code';

/** Checks a call over gRPC and encodes its message. Throws an `InvalidCallError` when it cannot be sent as asked. */
export function prepareRpcCall(
  parts: MeshParts,
  transport: RpcTransport,
  service: string,
  method: string,
  data: unknown,
  { verb, headers, idempotent = false }: MeshCallOptions,
): PreparedCall {
  const { authority } = meshTarget(service, method, parts.authorityOf);
  if (verb !== undefined) throw new InvalidCallError('verb', 'gRPC has none. Leave it out.');
  const message = transport.encode(method, data);
  const own = { ...parts.headers, ...callHeaders(headers) };
  const label = `${service}/${method}`;
  const [rpcService = '', rpcMethod = ''] = method.split('/');
  return {
    service,
    label,
    idempotent,
    observed: {
      kind: 'client',
      name: method,
      attributes: {
        'rpc.system': 'grpc',
        'rpc.service': rpcService,
        'rpc.method': rpcMethod,
        'peer.service': service,
      },
    },
    async send(signal, observation) {
      const timeoutMs = remainingTime(parts.clock);
      const call = { authority, method, message, timeoutMs, signal };
      try {
        const answer = await transport.call({
          ...call,
          headers: { ...takenAlong(observation.outgoing), ...own },
        });
        observation.annotate({ [STATUS_CODE]: 0 });
        return answer;
      } catch (error) {
        if (signal.aborted || !(error instanceof RpcStatus)) throw errorOf(label, signal, error);
        observation.annotate({ [STATUS_CODE]: error.status });
        throw new MeshRpcError(label, error.status, error.details, error.metadata);
      }
    },
    untried: () => 0,
  };
}
