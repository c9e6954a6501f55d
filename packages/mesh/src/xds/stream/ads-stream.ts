import { type MeshLog } from '../../client/mesh-log.js';
import { namesOf } from '../resources/resource-name.js';
import { type ResourceBook } from '../resources/resource-book.js';
import {
  type DiscoveryRequest,
  type DiscoveryResponse,
  type ResourceType,
  TYPE_URLS,
  typeOf,
} from '../wire/messages.js';
import { Subscription } from './subscription.js';

/** How many names one client may ask for, of all types: each is followed in the registry. */
const MOST_NAMES = 4_096;

/** How much of what a client says is put into a log line. */
const LONGEST_QUOTE = 500;

/** What a stream is connected to. */
export interface AdsStreamParts {
  readonly book: ResourceBook;
  /** Sends an answer; `false` when the client does not keep up, and `drained` will be called. */
  readonly send: (response: DiscoveryResponse) => boolean;
  /** Starts every version, so that one of another server or an earlier run is never taken for ours. */
  readonly versionPrefix: string;
  readonly log: MeshLog;
}

/** One client: what it is subscribed to, and what it said of what it was sent. It knows no gRPC. */
export class AdsStream {
  readonly #subscriptions = new Map<ResourceType, Subscription>();
  readonly #ends: (() => void)[] = [];
  #node = 'unnamed';
  #sent = 0;
  #keepsUp = true;
  #listsAll = false;

  constructor(private readonly parts: AdsStreamParts) {
    this.#ends.push(parts.book.onChange((name, all) => this.#changed(name, all)));
  }

  /** Takes a request. Throws a `RangeError` when the client asks for more than it may. */
  onRequest(request: DiscoveryRequest): void {
    if (request.node) this.#node = request.node.id.slice(0, 100);
    const type = typeOf(request.typeUrl);
    // A client may ask for types that we do not have, such as runtime settings. It is left to its own defaults.
    if (!type) return;
    const known = this.#subscriptions.get(type);
    // It is about an answer that a newer one has followed; the client will answer that one as well.
    if (known && request.responseNonce !== known.nonce) return;
    if (request.errorDetail) this.#refused(type, request.errorDetail.message);
    this.#subscribe(type, known, request.resourceNames);
    this.#flush();
  }

  /** The client has taken what it was sent. */
  drained(): void {
    this.#keepsUp = true;
    this.#flush();
  }

  close(): void {
    for (const end of this.#ends) end();
    for (const subscription of this.#subscriptions.values()) subscription.close();
    this.#subscriptions.clear();
  }

  #subscribe(type: ResourceType, known: Subscription | undefined, resourceNames: readonly string[]): void {
    const subscription = known ?? new Subscription(type, this.parts.book);
    if (!known) {
      this.#subscriptions.set(type, subscription);
      if (resourceNames.length === 0) this.#wildcard(subscription);
    }
    if (resourceNames.includes('*')) this.#wildcard(subscription);
    // Whoever asks for all clusters repeats that, as an empty list, with everything else that it says.
    else if (!(type === 'cluster' && this.#listsAll && resourceNames.length === 0)) {
      this.#limit(subscription, resourceNames.length);
      subscription.want(new Set(resourceNames));
    }
  }

  /**
   * A first request without names asks for all there is. Of clusters that is every service; the listeners are made for
   * gRPC, which names them, and a proxy could not tell which of its ports they are for, so it gets none.
   */
  #wildcard(subscription: Subscription): void {
    subscription.wantAll();
    if (subscription.type !== 'cluster' || this.#listsAll) return;
    this.#listsAll = true;
    const end = this.parts.book.names.listen((services) => {
      subscription.want(new Set(services.flatMap(namesOf)));
      this.#flush();
    });
    this.#ends.push(end);
  }

  #limit(subscription: Subscription, names: number): void {
    const others = [...this.#subscriptions.values()].filter((other) => other !== subscription);
    const total = others.reduce((sum, { size }) => sum + size, names);
    if (total > MOST_NAMES)
      throw new RangeError(`${total} names are asked for; at most ${MOST_NAMES} are served.`);
  }

  /** The client goes on with what it had; it is sent nothing until there is something new. */
  #refused(type: ResourceType, reason: string): void {
    this.parts.log.warn('A client of the mesh refused what it was sent', {
      client: this.#node,
      type,
      reason: reason.slice(0, LONGEST_QUOTE),
    });
  }

  #changed(name: string, all: boolean): void {
    for (const subscription of this.#subscriptions.values()) {
      if ((all || subscription.type === 'endpoints') && subscription.has(name)) subscription.changed(name);
    }
    this.#flush();
  }

  /** Sends what there is to send. A client that is slow gets the newest of each when it has caught up, not every step. */
  #flush(): void {
    for (const subscription of this.#subscriptions.values()) {
      if (!this.#keepsUp) return;
      const resources = subscription.take();
      if (!resources) continue;
      this.#sent += 1;
      subscription.nonce = String(this.#sent);
      this.#keepsUp = this.parts.send({
        versionInfo: `${this.parts.versionPrefix}.${this.parts.book.version}`,
        resources,
        typeUrl: TYPE_URLS[subscription.type],
        nonce: subscription.nonce,
      });
    }
  }
}
