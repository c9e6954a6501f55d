import { type Clock, OptionsError } from '@rookery/common';
import { type AddressGuard, type LoadBalancer } from '@rookery/discovery';
import { type MeshLog } from './client/mesh-log.js';
import { PlainConnections, ProvenConnections } from './direct/connections.js';
import { DirectTransport } from './direct/direct-transport.js';
import { IdentityAgents } from './direct/identity-agents.js';
import { WorkloadIdentity } from './identity/workload-identity.js';
import { type ResolvedMeshOptions } from './mesh.options.js';
import { WHERE } from './mesh.options-check.js';
import { checkBootstrap } from './proxyless/bootstrap.js';
import { Contracts } from './proxyless/contracts.js';
import { GrpcTransport } from './proxyless/grpc-transport.js';
import { loadGrpc } from './proxyless/load-grpc.js';
import { SidecarTransport } from './sidecar/sidecar-transport.js';
import { IDLE_MS } from './transport/send-over.js';

/** What a transport may need of the app. */
export interface TransportParts {
  readonly balancer: LoadBalancer | undefined;
  readonly guard: AddressGuard | undefined;
  readonly userAgent: string;
  readonly clock: Clock;
  readonly log: MeshLog;
}

/** A transport, and the identity that was opened for it, if one was. */
export interface OpenTransport {
  readonly transport: SidecarTransport | DirectTransport | GrpcTransport;
  readonly identity?: WorkloadIdentity;
}

/** The transport of a mode. Rejects when what the mode needs is not there, so that the app does not start. */
export async function openTransport(
  options: ResolvedMeshOptions,
  parts: TransportParts,
): Promise<OpenTransport> {
  if (options.mode === 'sidecar') return { transport: new SidecarTransport(options.proxy) };
  return options.mode === 'direct' ? openDirect(options, parts) : openProxyless(options, parts);
}

type Of<Mode> = Extract<ResolvedMeshOptions, { readonly mode: Mode }>;

async function openDirect(options: Of<'direct'>, parts: TransportParts): Promise<OpenTransport> {
  const { balancer, guard, clock, log } = parts;
  const { retries, spiffeIdOf } = options;
  if (!balancer)
    throw new OptionsError(WHERE, ["mode: 'direct' finds nobody. Import DiscoveryModule.forRoot()."]);
  const over = (connections: PlainConnections | ProvenConnections) =>
    new DirectTransport(balancer, connections, clock, retries);
  if (!options.identity) return { transport: over(new PlainConnections(guard)) };
  const own = options.identity instanceof WorkloadIdentity ? undefined : options.identity;
  const opened = own && (await WorkloadIdentity.open(own, { clock, log }));
  const identity = opened ?? (options.identity as WorkloadIdentity);
  const agents = new IdentityAgents(identity, spiffeIdOf, IDLE_MS);
  const transport = over(new ProvenConnections(agents, guard));
  return { transport, ...(opened && { identity: opened }) };
}

async function openProxyless({ protoPath }: Of<'proxyless'>, parts: TransportParts): Promise<OpenTransport> {
  const { grpc, loader } = await loadGrpc(WHERE);
  const server = await checkBootstrap(WHERE);
  parts.log.debug('Services are found over xDS', { server });
  return { transport: new GrpcTransport(grpc, new Contracts(WHERE, protoPath, loader), parts.userAgent) };
}
