import { type AddressGuard, type LoadBalancer, type ServiceRegistry } from '@rookery/discovery';

/** What a channel with a `rookery:` target needs of the app that it belongs to. */
export interface GrpcDiscovery {
  /** The app, for messages. */
  readonly app: string;
  readonly registry: ServiceRegistry;
  readonly balancer: LoadBalancer;
  /** Says how host names are resolved. */
  readonly guard: AddressGuard;
  /** Aborts when the app stops. */
  readonly stopping: AbortSignal;
}
