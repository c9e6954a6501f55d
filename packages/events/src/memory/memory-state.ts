import { consumerName, type ConsumerSpec } from '../broker/consumer-spec.js';
import { type DeadRecord } from '../broker/dead-letter-store.js';
import { type Failure } from '../broker/delivery.js';
import { type Message } from '../broker/message.js';
import { matchesPattern } from '../event/pattern.js';
import { type Ring } from '../store/delivery-store.js';

/** One event on its way to one consumer. */
export interface Row {
  readonly seq: number;
  readonly message: Message;
  attempts: number;
  /** When it may be claimed, in milliseconds since the epoch; for a leased one, when the lease ends. 0: at once. */
  due: number;
  owner?: object | undefined;
  first?: Failure | undefined;
}

/** A consumer and what waits for it. */
export interface MemoryConsumer {
  spec: ConsumerSpec;
  /** Never handed out, in order. */
  readonly ready: Map<number, Row>;
  /** Leased or paused. */
  readonly later: Map<number, Row>;
}

/** What the brokers of one `memoryBroker()` share: several apps in one process behave as several processes would. */
export class MemoryState {
  readonly consumers = new Map<string, MemoryConsumer>();
  readonly dead = new Map<string, DeadRecord>();
  readonly rings = new Set<Ring>();
  /** What was published under each identity, and when; oldest first. */
  readonly #published = new Map<string, { readonly type: string; readonly at: number }>();
  #seq = 0;

  constructor(private readonly retention: { readonly ageMs: number; readonly events: number }) {}

  declare(spec: ConsumerSpec): void {
    const known = this.consumers.get(consumerName(spec));
    if (known) known.spec = spec;
    else this.consumers.set(consumerName(spec), { spec, ready: new Map(), later: new Map() });
  }

  /** The type of the event that was published under the message's identity, if there was one. */
  known(message: Message, now: number): string | undefined {
    this.#forgetOld(now);
    return this.#published.get(identityOf(message))?.type;
  }

  /** Stores the event for all who want it and returns their names. */
  append(message: Message, now: number, delayMs: number): string[] {
    this.#published.set(identityOf(message), { type: message.type, at: now });
    const seq = this.nextSeq();
    const names = [...this.consumers].filter(([, { spec }]) => wants(spec, message.type));
    for (const [, consumer] of names) {
      const row = { seq, message, attempts: 0, due: delayMs > 0 ? now + delayMs : 0 };
      (delayMs > 0 ? consumer.later : consumer.ready).set(seq, row);
    }
    return names.map(([name]) => name);
  }

  nextSeq(): number {
    this.#seq += 1;
    return this.#seq;
  }

  ring(consumers?: readonly string[]): void {
    for (const ring of this.rings) ring(consumers);
  }

  #forgetOld(now: number): void {
    for (const [identity, { at }] of this.#published) {
      if (now - at <= this.retention.ageMs && this.#published.size < this.retention.events) return;
      this.#published.delete(identity);
    }
  }
}

function identityOf({ source, id }: Message): string {
  return JSON.stringify([source, id]);
}

function wants(spec: ConsumerSpec, type: string): boolean {
  return spec.patterns.some((pattern) => matchesPattern(pattern, type));
}
