import { type Clock } from '@rookery/common';
import { type ConsumerStatus, type Publication } from '../broker/broker.js';
import { type ConsumerSpec } from '../broker/consumer-spec.js';
import { type Failure, type Outcome } from '../broker/delivery.js';
import { type Message } from '../broker/message.js';
import { type Claim, type DeliveryStore, type Ring } from '../store/delivery-store.js';
import { MemoryDeadLetters } from './memory-dead-letters.js';
import { type MemoryConsumer, type MemoryState, type Row } from './memory-state.js';

/** Deliveries in the memory of one process. Nothing survives it. */
export class MemoryStore implements DeliveryStore {
  readonly features = { durable: false, crossProcess: false, delay: true, orderedByKey: false };
  readonly deadLetters: MemoryDeadLetters;
  readonly #owner = {};
  #ring: Ring = () => {};

  constructor(
    private readonly state: MemoryState,
    private readonly clock: Clock,
  ) {
    this.deadLetters = new MemoryDeadLetters(state);
  }

  async open(ring: Ring): Promise<void> {
    this.#ring = ring;
    this.state.rings.add(ring);
  }

  async declare(consumer: ConsumerSpec): Promise<void> {
    this.state.declare(consumer);
  }

  async append(message: Message, delayMs: number): Promise<Publication> {
    const now = this.clock.now();
    const known = this.state.known(message, now);
    if (known !== undefined) return { duplicate: true, known };
    this.state.ring(this.state.append(message, now, delayMs));
    return { duplicate: false };
  }

  async claim(name: string, limit: () => number, leaseMs: number): Promise<Claim[]> {
    const consumer = this.state.consumers.get(name);
    if (!consumer) return [];
    const now = this.clock.now();
    const due = [...consumer.later.values()].filter((row) => row.due <= now);
    due.sort((a, b) => a.due - b.due);
    const rows = [...due, ...firstOf(consumer.ready, limit())].slice(0, limit());
    return rows.map((row) => this.#lease(name, consumer, row, now + leaseMs));
  }

  async renew(claims: readonly Claim[], leaseMs: number): Promise<Claim[]> {
    return claims.filter((claim) => {
      const row = this.#held(claim);
      if (row) row.due = this.clock.now() + leaseMs;
      return !row;
    });
  }

  async settle(claim: Claim, outcome: Outcome): Promise<boolean> {
    const row = this.#held(claim);
    const consumer = this.state.consumers.get(claim.consumer);
    if (!row || !consumer) return false;
    consumer.later.delete(row.seq);
    this.#carryOut(consumer, row, outcome);
    return true;
  }

  async nextDue(name: string): Promise<number | undefined> {
    const consumer = this.state.consumers.get(name);
    if (!consumer) return undefined;
    if (consumer.ready.size > 0) return 0;
    let first = Infinity;
    for (const row of consumer.later.values()) first = Math.min(first, row.due);
    return first === Infinity ? undefined : Math.max(0, first - this.clock.now());
  }

  async status(): Promise<ConsumerStatus[]> {
    return [...this.state.consumers.values()].map(({ spec: { group, handler }, ready, later }) => {
      const inFlight = [...later.values()].filter((row) => row.owner).length;
      const backlog = ready.size + later.size - inFlight;
      return { group, handler, backlog, inFlight, deadLetters: this.deadLetters.count(group, handler) };
    });
  }

  /** What is still leased comes again when its lease ends: its handler may be running. */
  async close(): Promise<void> {
    this.state.rings.delete(this.#ring);
  }

  #lease(name: string, consumer: MemoryConsumer, row: Row, until: number): Claim {
    consumer.ready.delete(row.seq);
    consumer.later.set(row.seq, row);
    row.attempts += 1;
    row.due = until;
    row.owner = this.#owner;
    return { consumer: name, seq: row.seq, attempt: row.attempts, message: row.message };
  }

  #held(claim: Claim): Row | undefined {
    const row = this.state.consumers.get(claim.consumer)?.later.get(claim.seq);
    return row?.owner === this.#owner && row.attempts === claim.attempt ? row : undefined;
  }

  #carryOut(consumer: MemoryConsumer, row: Row, outcome: Outcome): void {
    row.owner = undefined;
    if (outcome.kind === 'dead') return this.#bury(consumer, row, outcome.failure);
    if (outcome.kind === 'release') {
      row.attempts -= 1;
      row.due = this.clock.now();
      consumer.later.set(row.seq, row);
    }
    if (outcome.kind === 'retry') {
      row.first ??= outcome.failure;
      row.due = this.clock.now() + outcome.delayMs;
      consumer.later.set(row.seq, row);
    }
  }

  #bury({ spec: { group, handler } }: MemoryConsumer, row: Row, failure: Failure): void {
    const firstFailedAt = (row.first ?? failure).at;
    const { message, attempts } = row;
    this.deadLetters.add({ message, group, handler, attempts, firstFailedAt, failure });
  }
}

function firstOf(rows: ReadonlyMap<number, Row>, count: number): Row[] {
  const first: Row[] = [];
  for (const row of rows.values()) {
    if (first.length >= count) break;
    first.push(row);
  }
  return first;
}
