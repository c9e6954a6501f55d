import { type ChannelOptions, connectivityState, experimental } from '@grpc/grpc-js';
import { InstanceConnection } from './instance-connection.js';
import { type LocatedList, takeList } from './located-list.js';
import { RookeryPicker } from './rookery-picker.js';
import { StartedCalls } from './started-calls.js';

export const POLICY_NAME = 'rookery';

/** The policy in a service config: `{ loadBalancingConfig: [{ rookery: {} }] }`. It is configured where discovery is. */
export class RookeryPolicyConfig implements experimental.TypedLoadBalancingConfig {
  static createFromJson(json: unknown): RookeryPolicyConfig {
    if (typeof json === 'object' && json !== null && Object.keys(json).length === 0)
      return new RookeryPolicyConfig();
    throw new Error('It takes no options. Set them in DiscoveryModule.forRoot().');
  }

  getLoadBalancerName(): string {
    return POLICY_NAME;
  }

  toJsonObject(): object {
    return { [POLICY_NAME]: {} };
  }
}

/**
 * A load balancing policy of grpc-js that is connected to all listed instances and leaves the choice among them to the app's
 * `LoadBalancer`. Those that leave the list are let go: calls that run there end by themselves.
 */
export class RookeryPolicy implements experimental.LoadBalancer {
  readonly #helper: experimental.ChannelControlHelper;
  readonly #started = new StartedCalls();
  #connections = new Map<string, InstanceConnection>();
  #list: LocatedList | undefined;
  #lastError = '';
  #updating = false;

  constructor(private readonly channel: experimental.ChannelControlHelper) {
    this.#helper = experimental.createChildChannelControlHelper(channel, {
      updateState: (state, _picker, error) => this.#changed(state, error),
    });
  }

  updateAddressList(
    endpoints: experimental.StatusOr<experimental.Endpoint[]>,
    config: experimental.TypedLoadBalancingConfig,
    channelOptions: ChannelOptions,
    note: string,
  ): boolean {
    if (!(config instanceof RookeryPolicyConfig)) return false;
    const { list, options } = takeList(channelOptions);
    if (endpoints.ok && list) this.#adopt(list, options, note);
    // A list that may be outdated is better than none.
    else if (this.#connections.size === 0) this.#fail(endpoints.ok ? NO_LIST : endpoints.error.details);
    return true;
  }

  exitIdle(): void {
    for (const connection of this.#connections.values()) connection.keepConnected();
  }

  resetBackoff(): void {
    // The pauses are those of the connections, and end within a second.
  }

  destroy(): void {
    for (const connection of this.#connections.values()) connection.close();
    this.#connections.clear();
  }

  getTypeName(): string {
    return POLICY_NAME;
  }

  #adopt(list: LocatedList, options: ChannelOptions, note: string): void {
    const before = this.#connections;
    const added: InstanceConnection[] = [];
    this.#list = list;
    this.#lastError = note;
    this.#connections = new Map(
      list.located.map((located) => {
        const key = InstanceConnection.keyOf(located);
        let connection = before.get(key);
        before.delete(key);
        if (!connection)
          added.push((connection = new InstanceConnection(located, this.#helper, options, note)));
        return [key, connection];
      }),
    );
    this.#updating = true;
    for (const connection of added) connection.connect();
    for (const connection of before.values()) connection.close();
    this.#updating = false;
    this.#update();
  }

  #changed(state: connectivityState, error: string | null): void {
    if (error) this.#lastError = error;
    // Its name may lead elsewhere by now.
    if (state === connectivityState.TRANSIENT_FAILURE) this.channel.requestReresolution();
    this.#update();
  }

  /** Tells the channel what it can do now. */
  #update(): void {
    if (this.#updating || !this.#list) return;
    const connections = [...this.#connections.values()];
    for (const connection of connections) connection.keepConnected();
    const ready = new Map(
      connections
        .filter(({ state }) => state === connectivityState.READY)
        .map(({ instance, picker }) => [instance.id, picker]),
    );
    const connecting = connections.some(({ state }) => CONNECTING.has(state));
    if (ready.size > 0) this.#pickFrom(this.#list, ready, connecting);
    else if (connecting) {
      this.channel.updateState(connectivityState.CONNECTING, new experimental.QueuePicker(this), null);
    } else this.#fail(this.#whyNobody(this.#list));
  }

  #pickFrom(
    { service, discovery: { balancer } }: LocatedList,
    ready: ReadonlyMap<string, experimental.Picker>,
    connecting: boolean,
  ): void {
    const picker = new RookeryPicker({ service, balancer, started: this.#started, ready, connecting });
    this.channel.updateState(connectivityState.READY, picker, null);
  }

  #whyNobody({ service, located }: LocatedList): string {
    const who = located.length === 0 ? 'no instance' : `none of ${located.length} instances can be reached`;
    return `${service}: ${who}${this.#lastError ? `: ${this.#lastError}` : ''}`;
  }

  #fail(details: string): void {
    const picker = new experimental.UnavailablePicker({ details });
    this.channel.updateState(connectivityState.TRANSIENT_FAILURE, picker, details);
  }
}

const CONNECTING = new Set([connectivityState.CONNECTING, connectivityState.IDLE]);

const NO_LIST = `The policy ${POLICY_NAME} balances instances that discovery finds. Use a target such as rookery:///user-service.`;
