import { isIP, type LookupFunction } from 'node:net';
import {
  type ChannelCredentials,
  type ChannelInterface,
  type ChannelOptions,
  Client,
  connectivityState,
  credentials,
} from '@grpc/grpc-js';
import { systemClock, unlessAborted } from '@rookery/common';
import { type Address, addressOf } from './address.js';
import { CallLost } from './call-failure.js';
import { type ChannelSetup } from './channel-setup.js';
import { becomesReady, firstReady } from './first-ready.js';
import { resolveTargets } from './targets.js';

/** Finding, balancing and trying again are the client's business; grpc-js would do each a second time. */
const OPTIONS: ChannelOptions = {
  'grpc.enable_retries': 0,
  'grpc.service_config_disable_resolution': 1,
  // Shared connections would bring the long pauses of a channel that failed into the one that replaces it.
  'grpc.use_local_subchannel_pool': 1,
  // A proxy of the environment is not meant for calls between services.
  'grpc.enable_http_proxy': 0,
};

/** A call as grpc-js begins it: below its interceptors, and with the bytes of messages. */
export type StartedCall = ReturnType<ChannelInterface['createCall']>;

/** The connection to one instance, over which all calls to it go. It is made when the first call needs it. */
export class GrpcChannel {
  readonly #address: Address;
  /** All that may hold a connection: several while it is tried where the host can be reached. */
  readonly #dialled = new Set<Client>();
  #client: Client | undefined;
  #connecting: Promise<boolean> | undefined;
  #wasReady = false;
  #heard = 0;
  #running = 0;
  #closing = false;

  /**
   * @param url Where the instance is, such as `http://127.0.0.1:50051`.
   * @param lookup How its host name is resolved, before each connection that is made anew. Unset: as grpc-js does.
   */
  constructor(
    url: string,
    private readonly setup: ChannelSetup,
    private readonly lookup?: LookupFunction,
  ) {
    this.#address = addressOf(url);
    const { host, port } = this.#address;
    if (!lookup) this.#client = this.#dial(`dns:${host}:${port}`);
  }

  /**
   * A call that is yet to be given its metadata, once `connect` has resolved, with whatever result. Throws a `CallLost`
   * when the channel was closed meanwhile, because its instance left or was given up.
   */
  startCall(path: string): StartedCall {
    if (!this.#client) throw new Error('The channel has not been connected.');
    try {
      return this.#client.getChannel().createCall(path, Infinity, undefined, null, undefined);
    } catch (error) {
      throw new CallLost(false, error);
    }
  }

  /** Whether there is a connection now. */
  get ready(): boolean {
    return this.#client?.getChannel().getConnectivityState(false) === connectivityState.READY;
  }

  /**
   * Whether there was a connection and is none now. grpc-js would make it anew with the certificates and the addresses of the
   * last one.
   */
  get lost(): boolean {
    return this.#wasReady && !this.ready;
  }

  /** How many signs of life there were so far: initial metadata, messages of streams, and ends of calls. */
  get heard(): number {
    return this.#heard;
  }

  /** Notes that the other side is alive. */
  hears(): void {
    this.#heard += 1;
  }

  /**
   * Resolves with whether there is a connection, once that is certain; rejects with the signal's reason when it aborts,
   * and with a `CallLost` when the host name leads nowhere. Calls that wait for the connection share one attempt to make it.
   */
  async connect(signal: AbortSignal): Promise<boolean> {
    signal.throwIfAborted();
    this.#connecting ??= this.#connect()
      .then((ready) => (this.#wasReady ||= ready) && ready)
      .finally(() => (this.#connecting = undefined));
    return unlessAborted(signal, this.#connecting);
  }

  /** A call begins, during which the channel stays open. */
  enter(): void {
    this.#running += 1;
  }

  /** A call that has entered has ended. */
  leave(): void {
    this.#running -= 1;
    this.#closeWhenIdle();
  }

  /** Closes when the calls that are running have ended; grpc-js would keep the connection for seconds more. */
  close(): void {
    this.#closing = true;
    this.#closeWhenIdle();
  }

  #closeWhenIdle(): void {
    if (!this.#closing || this.#running > 0) return;
    for (const client of this.#dialled) client.close();
  }

  async #connect(): Promise<boolean> {
    if (this.#client) return becomesReady(this.#client);
    const targets = await this.#targets();
    const ready = await firstReady(
      targets.map((target) => () => this.#dial(target)),
      systemClock,
    );
    // One that is not connected tells the call why.
    this.#client = ready ?? [...this.#dialled].at(-1);
    for (const client of this.#dialled) if (client !== this.#client) this.#drop(client);
    return ready !== undefined;
  }

  async #targets(): Promise<readonly string[]> {
    try {
      return this.lookup ? await resolveTargets(this.#address, this.lookup) : [];
    } catch (error) {
      throw new CallLost(false, error);
    }
  }

  #credentials(): ChannelCredentials {
    const { tls } = this.setup;
    try {
      return tls ? tls.credentials() : credentials.createSsl();
    } catch (error) {
      throw new CallLost(false, error);
    }
  }

  #drop(client: Client): void {
    this.#dialled.delete(client);
    client.close();
  }

  #dial(target: string): Client {
    const { host, port, secure } = this.#address;
    const { tls, options } = this.setup;
    const name = tls?.serverName ?? (isIP(host.replace(/^\[|\]$/g, '')) ? undefined : host);
    const client = new Client(target, secure ? this.#credentials() : credentials.createInsecure(), {
      ...OPTIONS,
      ...options,
      // The target may be an address of the host, and the other side is to see its name, and to prove it.
      'grpc.default_authority': `${host}:${port}`,
      ...(secure && name !== undefined && { 'grpc.ssl_target_name_override': name }),
    });
    this.#dialled.add(client);
    this.#closeWhenIdle();
    return client;
  }
}
