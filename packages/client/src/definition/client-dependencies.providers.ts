import { type FactoryProvider } from '@nestjs/common';
import { CallObserver, noObserver, OptionsError, ServiceInfo } from '@rookery/common';
import { AddressGuard, LoadBalancer, ServiceRegistry } from '@rookery/discovery';
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
    readonly guard: AddressGuard,
    readonly observer: CallObserver,
    readonly info: ServiceInfo | undefined,
  ) {}

  /** How clients introduce themselves. */
  get userAgent(): string {
    return `rookery-client (${this.info?.name ?? 'unnamed'})`;
  }

  /** Where the tries of a client go. Throws an `OptionsError` when nobody can find the service. */
  endpointsFor(definition: ClientDefinition, schemes: Schemes, where: string): EndpointPicker {
    const { service, url, balancing } = definition;
    if (url !== undefined) return fixedEndpoint(url);
    const { balancer, guard } = this;
    if (balancer)
      return discoveredEndpoint({ balancer, guard }, { service, schemes, route: balancing?.route });
    throw new OptionsError(where, [
      `${service}: Nobody can find it. Import DiscoveryModule.forRoot(), or give the client a url.`,
    ]);
  }
}

const optional = (token: unknown) => ({ token: token as never, optional: true });

/** @param where The module that has clients, for messages. */
export const clientDependencies = (where: string): FactoryProvider<ClientDependencies> => ({
  provide: ClientDependencies,
  inject: [
    optional(PolicyRegistry),
    optional(LoadBalancer),
    optional(ServiceRegistry),
    optional(AddressGuard),
    optional(CallObserver),
    optional(ServiceInfo),
  ],
  useFactory: (
    policies?: PolicyRegistry,
    balancer?: LoadBalancer,
    registry?: ServiceRegistry,
    // A balancer of the app's own making, without DiscoveryModule: names are resolved by the strictest rules.
    guard: AddressGuard = new AddressGuard(),
    observer: CallObserver = noObserver,
    info?: ServiceInfo,
  ) => {
    if (policies) return new ClientDependencies(policies, balancer, registry, guard, observer, info);
    // Nest would name a class that the app has never heard of.
    throw new OptionsError(where, ['Nothing guards its calls. Import ResilienceModule.forRoot().']);
  },
});
