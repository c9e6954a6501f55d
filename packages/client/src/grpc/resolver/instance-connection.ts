import { type ChannelOptions, connectivityState, experimental } from '@grpc/grpc-js';
import { type ServiceInstance } from '@rookery/discovery';
import { type Located } from './instance-addresses.js';

/**
 * How long grpc-js waits before it connects again, where the app has not said so: whoever comes back is used within a second,
 * where gRPC's own pauses grow to two minutes. Nobody else calls a listed instance that refuses, so this costs next to nothing.
 */
const RECONNECT = {
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 800,
} satisfies ChannelOptions;

/**
 * The connection to one instance. grpc-js keeps connections that nobody uses for some seconds, with the pauses of those that
 * failed: one that was started anew, perhaps at the address of the old one, must not get those.
 */
export class InstanceConnection {
  readonly instance: ServiceInstance;
  readonly #leaf: experimental.LeafLoadBalancer;

  constructor(
    { instance, addresses }: Located,
    helper: experimental.ChannelControlHelper,
    options: ChannelOptions,
    note: string,
  ) {
    this.instance = instance;
    const started = `${instance.id} ${instance.startedAt}`;
    this.#leaf = new experimental.LeafLoadBalancer(
      { addresses: [...addresses] },
      helper,
      { ...RECONNECT, ...options, 'rookery.instance': started },
      note,
    );
  }

  /** Tells one from another of which the connection has to be made anew. */
  static keyOf({ instance: { id, startedAt }, addresses }: Located): string {
    return JSON.stringify([id, startedAt, addresses]);
  }

  get state(): connectivityState {
    return this.#leaf.getConnectivityState();
  }

  get picker(): experimental.Picker {
    return this.#leaf.getPicker();
  }

  connect(): void {
    this.#leaf.startConnecting();
  }

  /** Connects again when a connection has ended: the next call is not to wait for it. */
  keepConnected(): void {
    if (this.state === connectivityState.IDLE) this.#leaf.exitIdle();
  }

  /** Gives it up. The calls that run on it end by themselves. */
  close(): void {
    this.#leaf.destroy();
  }
}
