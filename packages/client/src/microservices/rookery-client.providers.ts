import { type ClientsProviderAsyncOptions } from '@nestjs/microservices';
import { hostInUrl, OptionsError, systemClock } from '@rookery/common';
import { streamProblems } from '@rookery/resilience';
import { defaultPolicies } from '../client.options.js';
import { ClientDependencies, clientDependencies } from '../definition/client-dependencies.providers.js';
import { pipelineFor } from '../definition/pipeline-for.js';
import { type Schemes } from '../endpoint/discovered-endpoint.js';
import { InstanceConnections } from '../endpoint/instance-connections.js';
import { brokerClient } from './broker/broker-clients.providers.js';
import { type BrokerClient } from './broker/broker-client.js';
import { brokerConnection, brokerEndpoint } from './broker/broker-parts.js';
import { type CheckedClient, checkRookeryClient, ROOKERY_CLIENT } from './rookery-client.checks.js';
import { type RookeryClientOptions } from './rookery-client.module-definition.js';
import { type RpcClientParts } from './rpc-client-parts.js';
import { ServiceClientProxy } from './service-client-proxy.lifecycle.js';
import { tcpConnect } from './tcp/tcp-parts.providers.js';
import { type BrokerTransport, TRANSPORTS } from './transports.js';

const SCHEMES: Schemes = new Map([['tcp', 'tcp']]);

/**
 * A client for Nest's `ClientsModule`: a `ServiceClientProxy`, which is found, balanced, guarded and traced. It needs
 * `ResilienceModule`, and `DiscoveryModule` for a TCP service without a fixed place.
 *
 * @example
 * imports: [
 *   ClientsModule.registerAsync([
 *     rookeryClient({ name: 'USERS', service: 'user-service', transport: Transport.TCP }),
 *   ]),
 * ]
 * constructor(@Inject('USERS') private readonly users: ClientProxy) {}
 */
export function rookeryClient(options: RookeryClientOptions): ClientsProviderAsyncOptions {
  checkRookeryClient(options);
  const client = options as CheckedClient;
  return {
    name: client.name,
    extraProviders: [clientDependencies(ROOKERY_CLIENT)],
    inject: [ClientDependencies],
    useFactory: (dependencies: ClientDependencies) => ({
      customClass: ServiceClientProxy,
      options: madeOf(client, dependencies),
    }),
  };
}

type Made = ConstructorParameters<typeof ServiceClientProxy>[0];
type Common = Pick<RpcClientParts, 'service' | 'pipeline' | 'observer' | 'clock' | 'idempotent'>;

function madeOf(client: CheckedClient, dependencies: ClientDependencies): Made {
  const { service, transport, idempotent = [] } = client;
  const pipeline = pipelineFor('rpc', client, defaultPolicies, dependencies.policies);
  const problems = streamProblems(pipeline);
  if (problems.length > 0) throw new OptionsError(ROOKERY_CLIENT, problems);
  const common: Common = {
    service,
    pipeline,
    observer: dependencies.observer,
    clock: systemClock,
    idempotent,
  };
  const kind = TRANSPORTS.get(transport);
  return kind === 'tcp' || kind === undefined
    ? { parts: tcpParts(common, client, dependencies) }
    : madeOfBroker(common, kind, client.options);
}

function tcpParts(common: Common, client: CheckedClient, dependencies: ClientDependencies): RpcClientParts {
  const { registry, balancer } = dependencies;
  const { service, options = {} } = client;
  const { host, port } = options as { host?: string; port?: number };
  const url = host === undefined ? undefined : `tcp://${hostInUrl(host)}:${port}`;
  if (url === undefined && !balancer)
    throw new OptionsError(ROOKERY_CLIENT, [
      `${service}: Nobody can find it. Import DiscoveryModule.forRoot(), or give the client options.host and options.port.`,
    ]);
  const listed = () => (url === undefined ? registry?.snapshot(service)?.instances : undefined);
  const connections = new InstanceConnections(tcpConnect(options), listed);
  const endpoints = dependencies.endpointsFor({ ...client, ...(url && { url }) }, SCHEMES, ROOKERY_CLIENT);
  return {
    ...common,
    transport: 'tcp',
    endpoints,
    wireTo: (endpoint) => connections.to(endpoint),
    close: () => connections.close(),
  };
}

function madeOfBroker(common: Common, transport: BrokerTransport, options: object | undefined): Made {
  const nest = brokerClient(transport, options);
  const connection = brokerConnection(nest as unknown as BrokerClient, common.clock);
  return { parts: { ...common, transport, endpoints: brokerEndpoint(transport), ...connection }, nest };
}
