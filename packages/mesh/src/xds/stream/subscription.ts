import { type ResourceBook } from '../resources/resource-book.js';
import { type EncodedResource, type ResourceType } from '../wire/messages.js';

/** Types of which every answer holds all that is subscribed, so that what is not in it does not exist. */
const WHOLE: ReadonlySet<ResourceType> = new Set<ResourceType>(['listener', 'cluster']);

/**
 * What a stream wants of one type, and what it has not been sent yet. The rules are those of "xDS REST and gRPC
 * protocol", state of the world: listeners and clusters are always sent all at once, routes and endpoints each when
 * they change.
 */
export class Subscription {
  /** The nonce of the last answer; requests that are about an earlier one are outdated. */
  nonce = '';
  #names: ReadonlySet<string> = new Set();
  readonly #unsent = new Set<string>();
  /** Whether there is an answer to give even if it is empty, because something was asked for. */
  #asked = false;
  /** Whether the names stand for all there are, and were not asked for by themselves. */
  #all = false;

  constructor(
    readonly type: ResourceType,
    private readonly book: ResourceBook,
  ) {}

  get size(): number {
    return this.#names.size;
  }

  has(name: string): boolean {
    return this.#names.has(name);
  }

  /** Takes the names that are wanted from now on. New ones are sent, also when they were sent before they were dropped. */
  want(names: ReadonlySet<string>): void {
    for (const name of names) {
      if (this.#names.has(name)) continue;
      this.book.use(name);
      this.#unsent.add(name);
      this.#asked = true;
    }
    for (const name of this.#names) {
      if (names.has(name)) continue;
      this.book.release(name);
      this.#unsent.delete(name);
    }
    this.#names = names;
  }

  /** Takes what there is for what was asked for: names without an instance are left out, and an empty answer is one. */
  wantAll(): void {
    this.#all = true;
    this.#asked = true;
  }

  /** Notes that a wanted resource has changed. */
  changed(name: string): void {
    this.#unsent.add(name);
  }

  /** What is to be sent now, which counts as sent; `undefined` when there is nothing to say yet. */
  take(): readonly EncodedResource[] | undefined {
    return WHOLE.has(this.type) ? this.#takeAll() : this.#takeChanged();
  }

  close(): void {
    this.want(new Set());
  }

  /** An answer that lacks what the registry has not told yet would say that it does not exist: so it waits for that. */
  #takeAll(): readonly EncodedResource[] | undefined {
    if (!this.#asked && this.#unsent.size === 0) return undefined;
    const looked = [...this.#names].map((name) => [name, this.book.look(this.type, name)] as const);
    if (looked.some(([, resource]) => resource === 'unknown')) return undefined;
    this.#asked = false;
    this.#unsent.clear();
    return looked.flatMap(([name, resource]) =>
      typeof resource === 'string' || (this.#all && !this.book.populated(name)) ? [] : [resource],
    );
  }

  #takeChanged(): readonly EncodedResource[] | undefined {
    const resources: EncodedResource[] = [];
    for (const name of this.#unsent) {
      const resource = this.book.look(this.type, name);
      if (typeof resource === 'string') continue;
      resources.push(resource);
      this.#unsent.delete(name);
    }
    return resources.length > 0 ? resources : undefined;
  }
}
