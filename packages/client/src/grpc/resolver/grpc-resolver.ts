import { type ClientOptions } from '@grpc/grpc-js';
import { type CallSurroundings, callInterceptor } from './call-interceptor.js';
import { type GrpcDiscovery } from './grpc-discovery.js';
import { addApp, DISCOVERY_OPTION } from './running-apps.js';

/** What a resolver is made of. */
export interface GrpcResolverParts extends Omit<GrpcDiscovery, 'stopping'>, CallSurroundings {
  /** How the clients introduce themselves. */
  readonly userAgent: string;
}

/**
 * Finds the instances of `rookery:///…` targets for the gRPC clients of one app. Those that are providers of the app get what
 * they need by themselves; a client that is made by hand takes `channelOptions`.
 */
export class GrpcResolver {
  readonly #stop = new AbortController();

  /**
   * The options of a channel that belongs to this app: its registry, its balancer, its deadlines and its traces.
   *
   * @example
   * new UserServiceClient('rookery:///user-service', credentials.createInsecure(), resolver.channelOptions)
   */
  readonly channelOptions: Partial<ClientOptions>;

  constructor({ app, registry, balancer, guard, userAgent, ...surroundings }: GrpcResolverParts) {
    const discovery: GrpcDiscovery = { app, registry, balancer, guard, stopping: this.#stop.signal };
    addApp(discovery);
    this.channelOptions = {
      [DISCOVERY_OPTION]: discovery,
      'grpc.primary_user_agent': userAgent,
      // A proxy of the environment is not meant for calls between services; grpc-js would replace the target by it.
      'grpc.enable_http_proxy': 0,
      interceptors: [callInterceptor(surroundings)],
    };
  }

  /** Nest calls it when the app stops, after its servers have closed: nothing is watched any more. */
  onApplicationShutdown(): void {
    this.#stop.abort();
  }
}
