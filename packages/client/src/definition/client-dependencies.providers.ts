import { type FactoryProvider } from '@nestjs/common';
import { CallObserver, noObserver, OptionsError, ServiceInfo } from '@rookery/common';
import { LoadBalancer, ServiceRegistry } from '@rookery/discovery';
import { PolicyRegistry } from '@rookery/resilience';
import { type EndpointPicker } from '../endpoint/endpoint.js';
import { discoveredEndpoint, type Schemes } from '../endpoint/discovered-endpoint.js';
import { fixedEndpoint } from '../endpoint/fixed-endpoint.js';
import { type ClientDefinition } from './client-definition.js';

/** What the other modules of the app offer to a client. Only the policies must be there. */
export class ClientDependencies {
  constructor(
    readonly policies: PolicyRegistry,
    readonly balancer: LoadBalancer | undefined,
    readonly registry: ServiceRegistry | undefined,
    readonly observer: CallObserver,
    readonly info: ServiceInfo | undefined,
  ) {}

  /** How clients introduce themselves. */
  get userAgent(): string {
    return `rookery-client (${this.info?.name ?? 'unnamed'})`;
  }

  /** Where the tries of a client go. Throws an `OptionsError` when nobody can find the service. */
  endpointsFor({ service, url }: ClientDefinition, schemes: Schemes, where: string): EndpointPicker {
    if (url !== undefined) return fixedEndpoint(url);
    if (this.balancer) return discoveredEndpoint(this.balancer, service, schemes);
    throw new OptionsError(where, [
      `${service}: Nobody can find it. Import DiscoveryModule.forRoot(), or give the client a url.`,
    ]);
  }
}

const optional = (token: unknown) => ({ token: token as never, optional: true });

export const clientDependencies: FactoryProvider<ClientDependencies> = {
  provide: ClientDependencies,
  inject: [
    PolicyRegistry,
    optional(LoadBalancer),
    optional(ServiceRegistry),
    optional(CallObserver),
    optional(ServiceInfo),
  ],
  useFactory: (
    policies: PolicyRegistry,
    balancer?: LoadBalancer,
    registry?: ServiceRegistry,
    observer: CallObserver = noObserver,
    info?: ServiceInfo,
  ) => new ClientDependencies(policies, balancer, registry, observer, info),
};
