import { type ChannelOptions, experimental } from '@grpc/grpc-js';
import { type GrpcDiscovery } from './grpc-discovery.js';

/**
 * The channel option that says which app a channel belongs to. grpc-js keeps what has this prefix out of the options by which
 * it tells connections apart.
 */
export const DISCOVERY_OPTION = `${experimental.SUBCHANNEL_ARGS_EXCLUDE_KEY_PREFIX}.rookery`;

/** Resolvers are registered once for the process, and the apps in it are told apart by what their channels carry. */
const running = new Set<GrpcDiscovery>();

export function addApp(discovery: GrpcDiscovery): void {
  running.add(discovery);
  discovery.stopping.addEventListener('abort', () => running.delete(discovery), { once: true });
}

/**
 * The app that a channel belongs to: the one that it carries, or the only one of the process. Otherwise a text that says what
 * to do: a guess could send calls to the instances of another app's registry.
 */
export function appOf(options: ChannelOptions): GrpcDiscovery | string {
  const carried = options[DISCOVERY_OPTION] as GrpcDiscovery | undefined;
  if (carried) return carried;
  const [only, ...others] = running;
  if (!only) return 'no app that runs in this process imports GrpcResolverModule.forRoot()';
  if (others.length === 0) return only;
  const names = [only, ...others].map(({ app }) => app).join(', ');
  return `several apps of this process could be meant (${names}). Give the client the channelOptions of the GrpcResolver of its app`;
}
