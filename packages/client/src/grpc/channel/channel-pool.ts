import { type ServiceInstance } from '@rookery/discovery';
import { type Endpoint } from '../../endpoint/endpoint.js';
import { ClientClosedError } from '../../errors/client-closed.error.js';
import { GrpcChannel } from './grpc-channel.js';

interface Entry {
  readonly url: string;
  readonly channel: GrpcChannel;
}

/** What the registry lists at present, or `undefined` when it has nothing to say. */
export type Listed = () => readonly ServiceInstance[] | undefined;

/** The channels of one client: one for each instance that it has called and that has not left. */
export class ChannelPool {
  readonly #entries = new Map<string, Entry>();
  #list: readonly ServiceInstance[] | undefined;
  #closed = false;

  constructor(
    private readonly userAgent: string,
    private readonly listed: Listed = () => undefined,
  ) {}

  /** The channel to an endpoint, made now if there is none. */
  channel({ id, baseUrl }: Endpoint): GrpcChannel {
    if (this.#closed) throw new ClientClosedError();
    this.#dropThoseWhoLeft();
    const entry = this.#entries.get(id);
    if (entry?.url === baseUrl) return entry.channel;
    entry?.channel.close();
    const channel = new GrpcChannel(baseUrl, this.userAgent);
    this.#entries.set(id, { url: baseUrl, channel });
    return channel;
  }

  /** Gives a channel up, so that the next call to its instance connects anew. */
  drop({ id }: Endpoint, channel: GrpcChannel): void {
    if (this.#entries.get(id)?.channel === channel) this.#entries.delete(id);
    channel.close();
  }

  close(): void {
    this.#closed = true;
    for (const { channel } of this.#entries.values()) channel.close();
    this.#entries.clear();
  }

  /** Lists are never changed in place, so a list that is the same object needs no second look. */
  #dropThoseWhoLeft(): void {
    const list = this.listed();
    if (!list || list === this.#list) return;
    this.#list = list;
    const ids = new Set(list.map(({ id }) => id));
    for (const [id, { channel }] of this.#entries) {
      if (ids.has(id)) continue;
      this.#entries.delete(id);
      channel.close();
    }
  }
}
