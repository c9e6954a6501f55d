import { type Clock } from '@rookery/common';
import { LinkedQueue, type Place } from '../waiting/linked-queue.js';
import { RateLine } from './rate-line.js';
import { type Rate } from './token-bucket.js';

/** How many of the longest unused lines each new key looks at, to forget those that are full. */
const LOOKED_AT = 2;

/**
 * A line for each key, in bounded memory. Whatever keys callers make up, there are never more than `maxKeys` of them
 * besides those whose calls wait, of which there are no more than calls under way.
 *
 * A line whose bucket is full is as good as a new one, so nothing is lost when it is forgotten. Only where `maxKeys`
 * others are in use is one forgotten before that: the one that was longest not used, which is the nearest to full.
 */
export class LinesByKey {
  readonly #lines = new Map<string, KeyedLine>();
  /** The lines in which nobody waits, longest unused first. */
  readonly #idle = new LinkedQueue<KeyedLine>();

  constructor(
    private rate: Rate,
    private maxKeys: number,
    private readonly clock: Clock,
    private readonly tooLate: (msUntilTurn: number) => Error,
  ) {}

  /** How many lines are remembered. */
  get size(): number {
    return this.#lines.size;
  }

  /** The line of this key, which counts as used. */
  of(key: string): RateLine {
    const line = this.#lines.get(key);
    if (!line) return this.#create(key);
    if (line.place) this.#used(line, line.place);
    return line;
  }

  change(rate: Rate, maxKeys: number): void {
    this.rate = rate;
    this.maxKeys = maxKeys;
    for (const line of this.#lines.values()) line.change(rate);
    this.#shrink();
  }

  /** Somebody waits in it: it must not be forgotten, or its key would get a second bucket. @internal */
  hold(line: KeyedLine): void {
    if (line.place) this.#idle.remove(line.place);
    line.place = undefined;
  }

  /** Nobody waits in it any more. @internal */
  letGo(line: KeyedLine): void {
    line.place = this.#idle.add(line);
    this.#shrink();
  }

  #create(key: string): RateLine {
    for (let looked = 0; looked < LOOKED_AT; looked += 1) {
      const oldest = this.#idle.first;
      if (oldest?.item.isFull) this.#forget(oldest);
    }
    const line = new KeyedLine(key, this, this.rate, this.clock, this.tooLate);
    this.#lines.set(key, line);
    this.letGo(line);
    return line;
  }

  #used(line: KeyedLine, place: Place<KeyedLine>): void {
    if (place === this.#idle.last) return;
    this.#idle.remove(place);
    line.place = this.#idle.add(line);
  }

  #shrink(): void {
    while (this.#idle.size > this.maxKeys && this.#idle.first) this.#forget(this.#idle.first);
  }

  #forget(place: Place<KeyedLine>): void {
    this.#idle.remove(place);
    this.#lines.delete(place.item.key);
  }
}

/** The line of one key. */
class KeyedLine extends RateLine {
  /** Among the idle ones; `undefined` while somebody waits. */
  place: Place<KeyedLine> | undefined;

  constructor(
    readonly key: string,
    private readonly owner: LinesByKey,
    ...line: ConstructorParameters<typeof RateLine>
  ) {
    super(...line);
  }

  protected override occupied(): void {
    this.owner.hold(this);
  }

  protected override emptied(): void {
    this.owner.letGo(this);
  }
}
