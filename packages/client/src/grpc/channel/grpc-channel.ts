import { type ChannelOptions, Client, connectivityState, credentials } from '@grpc/grpc-js';
import { addressOf } from './address.js';
import { untilAborted } from './until-aborted.js';

/** Finding, balancing and trying again are the client's business; grpc-js would do each a second time. */
const OPTIONS: ChannelOptions = {
  'grpc.enable_retries': 0,
  'grpc.service_config_disable_resolution': 1,
  // Shared connections would bring the long pauses of a channel that failed into the one that replaces it.
  'grpc.use_local_subchannel_pool': 1,
  // A proxy of the environment is not meant for calls between services.
  'grpc.enable_http_proxy': 0,
};

/** The connection to one instance, over which all calls to it go. It is made when the first call needs it. */
export class GrpcChannel {
  readonly client: Client;
  #connecting: Promise<boolean> | undefined;
  #answers = 0;
  #running = 0;
  #closing = false;

  /** @param url Where the instance is, such as `http://127.0.0.1:50051`. */
  constructor(url: string, userAgent: string) {
    const { host, port, secure } = addressOf(url);
    this.client = new Client(
      `dns:${host}:${port}`,
      secure ? credentials.createSsl() : credentials.createInsecure(),
      { ...OPTIONS, 'grpc.primary_user_agent': userAgent },
    );
  }

  /** How many calls were answered so far. */
  get answers(): number {
    return this.#answers;
  }

  /** Notes that the other side is alive. */
  answered(): void {
    this.#answers += 1;
  }

  /**
   * Resolves with whether there is a connection, once that is certain; rejects with the signal's reason when it aborts.
   * Calls that wait for the connection share one attempt to make it.
   */
  async connect(signal: AbortSignal): Promise<boolean> {
    if (this.#state() === connectivityState.READY) return true;
    this.#connecting ??= this.#connect().finally(() => (this.#connecting = undefined));
    return untilAborted(this.#connecting, signal);
  }

  /** Runs the work of one call, during which the channel stays open. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#running += 1;
    try {
      return await work();
    } finally {
      this.#running -= 1;
      this.#closeWhenIdle();
    }
  }

  /** Closes when the calls that are running have ended; grpc-js would keep the connection for seconds more. */
  close(): void {
    this.#closing = true;
    this.#closeWhenIdle();
  }

  #closeWhenIdle(): void {
    if (this.#closing && this.#running === 0) this.client.close();
  }

  async #connect(): Promise<boolean> {
    const channel = this.client.getChannel();
    for (;;) {
      if (this.#state() === connectivityState.IDLE) channel.getConnectivityState(true);
      const state = this.#state();
      if (state === connectivityState.READY) return true;
      if (state === connectivityState.TRANSIENT_FAILURE || state === connectivityState.SHUTDOWN) return false;
      await new Promise((resolve) => channel.watchConnectivityState(state, Infinity, resolve));
    }
  }

  #state(): connectivityState {
    return this.client.getChannel().getConnectivityState(false);
  }
}
