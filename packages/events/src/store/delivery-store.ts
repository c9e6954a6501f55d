import { type ConsumerStatus, type Publication } from '../broker/broker.js';
import { type ConsumerSpec } from '../broker/consumer-spec.js';
import { type DeadLetterStore } from '../broker/dead-letter-store.js';
import { type Outcome } from '../broker/delivery.js';
import { type BrokerFeatures } from '../broker/features.js';
import { type Message } from '../broker/message.js';

/**
 * Keeps events and their deliveries as records: the port for brokers over a database. `StoreBroker` does the rest:
 * fetching, leases, wake-ups and the drain. All durations are milliseconds.
 */
export interface DeliveryStore {
  readonly features: BrokerFeatures;
  readonly deadLetters: DeadLetterStore;

  /** @param ring Called when these consumers, or any when not given, may have something to claim. Only a hint. */
  open(ring: Ring): Promise<void>;
  declare(consumer: ConsumerSpec): Promise<void>;
  /** Stores the event and one delivery for each matching consumer, together or not at all. */
  append(message: Message, delayMs: number): Promise<Publication>;
  /**
   * Leases up to `limit()` deliveries that are due, oldest first, and counts an attempt for each. `limit` is asked at
   * the last moment, so that what finished meanwhile is counted.
   */
  claim(consumer: string, limit: () => number, leaseMs: number): Promise<Claim[]>;
  /** Extends leases. Returns those that were lost. */
  renew(claims: readonly Claim[], leaseMs: number): Promise<Claim[]>;
  /** Carries out an outcome, and only for the current holder of the lease. False: the lease was lost. */
  settle(claim: Claim, outcome: Outcome): Promise<boolean>;
  /** Milliseconds until the consumer's next delivery is due, if any is waiting. */
  nextDue(consumer: string): Promise<number | undefined>;
  status(): Promise<ConsumerStatus[]>;
  /** @param idle Whether nothing is leased to this process any more. */
  close(idle: boolean): Promise<void>;
}

export type Ring = (consumers?: readonly string[]) => void;

/** A leased delivery. The attempt number, with the store's own name as owner, fences off a late holder. */
export interface Claim {
  readonly consumer: string;
  readonly seq: number;
  readonly attempt: number;
  readonly message: Message;
}
