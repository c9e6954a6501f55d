import { messageOf, runInFreshContext } from '@rookery/common';
import { type ServiceInstance } from '@rookery/discovery';
import { type GrpcDiscovery } from './grpc-discovery.js';
import { InstanceAddresses, type Location } from './instance-addresses.js';

/** What a gRPC channel can call. */
const PROTOCOLS = new Set(['grpc', 'grpcs']);

/** Who is told what a watch finds. */
export interface WatchListener {
  /** @param note Why there may be fewer than expected. */
  found(location: Location, note: string): void;
  /** The registry cannot say anything. */
  failed(reason: string): void;
}

/** Follows the gRPC instances of one service, with their addresses, until it is ended or the app stops. */
export class ServiceWatch {
  readonly #end = new AbortController();
  readonly #signal: AbortSignal;
  readonly #addresses: InstanceAddresses;
  #listed: readonly ServiceInstance[] | undefined;
  #round = 0;

  constructor(
    private readonly service: string,
    private readonly app: GrpcDiscovery,
    private readonly listener: WatchListener,
  ) {
    this.#addresses = new InstanceAddresses(app.guard);
    this.#signal = AbortSignal.any([this.#end.signal, app.stopping]);
    // Some call has begun it, and it outlives that call.
    runInFreshContext({}, () => void this.#follow());
  }

  end(): void {
    this.#end.abort();
  }

  /** A connection was lost: host names are looked up anew. The registry tells by itself what is new. */
  lookAgain(): void {
    if (this.#listed && this.#addresses.hasNames(this.#speaking(this.#listed))) void this.#show(this.#listed);
  }

  async #follow(): Promise<void> {
    // A resolver must not answer in the turn in which it is asked.
    await Promise.resolve();
    try {
      const changes = this.app.registry.watch(this.service, this.#signal);
      void this.#askOnce();
      for await (const { instances } of changes) void this.#show(instances);
    } catch (error) {
      this.#fail(error);
    }
  }

  /** A registry that cannot be read, or has never heard of the service, says so here; a watch would only be silent. */
  async #askOnce(): Promise<void> {
    try {
      await this.app.registry.discover(this.service);
    } catch (error) {
      this.#fail(error);
    }
  }

  #fail(error: unknown): void {
    if (this.#signal.aborted || this.#listed?.length) return;
    this.listener.failed(messageOf(error));
  }

  /** At once for those whose addresses are known: a slow name server keeps nobody else waiting. */
  async #show(listed: readonly ServiceInstance[]): Promise<void> {
    this.#listed = listed;
    const round = (this.#round += 1);
    const speaking = this.#speaking(listed);
    const note = speaking.length === 0 && listed.length > 0 ? noneSpeaks(listed) : '';
    const known = this.#addresses.known(speaking);
    const named = this.#addresses.hasNames(speaking);
    if (!named || known.located.length > 0) this.listener.found(known, note);
    if (!named) return;
    const all = await this.#addresses.lookUp(speaking);
    if (round === this.#round && !this.#signal.aborted) this.listener.found(all, note);
  }

  #speaking(listed: readonly ServiceInstance[]): readonly ServiceInstance[] {
    return listed.filter(({ protocol }) => PROTOCOLS.has(protocol));
  }
}

function noneSpeaks(listed: readonly ServiceInstance[]): string {
  const spoken = [...new Set(listed.map(({ protocol }) => protocol))].join(', ');
  return `${listed.length} registered, but they speak ${spoken} and not gRPC`;
}
