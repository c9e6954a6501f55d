import { type Clock, type Random } from '@rookery/common';
import { type ConsumerSpec } from './consumer-spec.js';
import { type DeadLetterStore } from './dead-letter-store.js';
import { type Receive } from './delivery.js';
import { type BrokerFeatures } from './features.js';
import { type Log } from './log.js';
import { type Message } from './message.js';

/**
 * Carries events from publishers to consumers. Delivery is at least once, per (consumer, event): what one consumer
 * does with its copy never touches another's.
 */
export interface Broker {
  readonly features: BrokerFeatures;
  readonly deadLetters: DeadLetterStore;

  /** Connects and creates what is missing. Everything else comes after it. */
  open(): Promise<void>;

  /**
   * Makes the consumer known: from now on matching events are kept for it, also while none of its processes runs.
   * Declaring it again replaces its patterns and keeps its backlog.
   */
  declare(consumer: ConsumerSpec): Promise<void>;

  /** Resolves when the event is as safe as the broker makes it, with a copy for every consumer known by then. */
  publish(message: Message, options?: { delayMs?: number }): Promise<Publication>;

  /** Hands the consumer's events to `receive`, at most `concurrency` at a time, competing with other processes. */
  consume(consumer: ConsumerSpec, options: ConsumeOptions, receive: Receive): Promise<Consumption>;

  /** Cheap enough for a health check: counts stop at a bound. */
  status(): Promise<ConsumerStatus[]>;

  /** Lets go of everything. What is still being handled is delivered again, here or elsewhere. */
  close(): Promise<void>;
}

export interface Publication {
  /** The broker already had an event of this (source, id): this one is not delivered. */
  readonly duplicate: boolean;
  /** The type of the event that it already had, where the broker can tell. */
  readonly known?: string;
}

export interface ConsumeOptions {
  readonly concurrency: number;
}

/** A consumer at work in this process. */
export interface Consumption {
  /**
   * Fetches nothing more, gives back what is not begun without counting an attempt, and resolves when everything in
   * flight is finished.
   */
  stop(): Promise<void>;
  /** Aborts the signal of everything in flight. */
  abort(reason: Error): void;
}

/** How one consumer is doing, over all processes. */
export interface ConsumerStatus {
  readonly group: string;
  readonly handler: string;
  /** Waiting to be handled, pauses between retries included. */
  readonly backlog: number;
  /** Being handled. */
  readonly inFlight: number;
  readonly deadLetters: number;
}

/** What a broker gets from the app that uses it. */
export interface BrokerEnvironment {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
}

/** Makes a broker for one app: what `EventsModule.forRoot({ broker })` takes. */
export type BrokerFactory = (environment: BrokerEnvironment) => Broker;
