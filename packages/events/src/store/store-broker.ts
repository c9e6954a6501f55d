import { messageOf, repeat, type Repetition } from '@rookery/common';
import {
  type Broker,
  type BrokerEnvironment,
  type ConsumeOptions,
  type ConsumerStatus,
  type Publication,
} from '../broker/broker.js';
import { BrokerClosedError } from '../broker/broker-closed.error.js';
import { consumerName, type ConsumerSpec } from '../broker/consumer-spec.js';
import { type DeadLetterStore } from '../broker/dead-letter-store.js';
import { type Receive } from '../broker/delivery.js';
import { type BrokerFeatures } from '../broker/features.js';
import { type Message } from '../broker/message.js';
import { type DeliveryStore } from './delivery-store.js';
import { KeepAlive } from './keep-alive.js';
import { LeaseKeeper } from './lease-keeper.js';
import { StoreConsumption } from './store-consumption.js';

export interface StoreTiming {
  /** How long an event stays with a process that shows no sign of life, in milliseconds. */
  readonly leaseMs: number;
  /** How often consumers look for work that nothing announced, in milliseconds. */
  readonly pollMs: number;
}

/** A broker over a store of deliveries. */
export class StoreBroker implements Broker {
  readonly #consumptions = new Map<string, Set<StoreConsumption>>();
  readonly #keepAlive: KeepAlive;
  #leases: LeaseKeeper | undefined;
  #poll: Repetition | undefined;
  #closed = false;

  constructor(
    private readonly store: DeliveryStore,
    private readonly timing: StoreTiming,
    private readonly environment: Pick<BrokerEnvironment, 'clock' | 'log'>,
  ) {
    this.#keepAlive = new KeepAlive(environment.clock);
  }

  get features(): BrokerFeatures {
    return this.store.features;
  }

  get deadLetters(): DeadLetterStore {
    return this.store.deadLetters;
  }

  async open(): Promise<void> {
    const { clock, log } = this.environment;
    await this.store.open((consumers) => this.#wake(consumers));
    this.#leases = new LeaseKeeper(this.store, this.timing.leaseMs, clock, log);
    this.#poll = repeat(
      clock,
      this.timing.pollMs,
      () => this.#wake(),
      (error) => log.error(messageOf(error)),
    );
  }

  async declare(consumer: ConsumerSpec): Promise<void> {
    this.#assertOpen();
    await this.store.declare(consumer);
  }

  async publish(message: Message, { delayMs = 0 }: { delayMs?: number } = {}): Promise<Publication> {
    this.#assertOpen();
    return this.store.append(message, delayMs);
  }

  async consume(
    consumer: ConsumerSpec,
    { concurrency }: ConsumeOptions,
    receive: Receive,
  ): Promise<StoreConsumption> {
    const leases = this.#assertOpen();
    await this.store.declare(consumer);
    const name = consumerName(consumer);
    const sharing = this.#consumptions.get(name) ?? new Set();
    const consumption = new StoreConsumption(name, concurrency, receive, {
      store: this.store,
      leases,
      ...this.timing,
      ...this.environment,
      forget: (stopped) => sharing.delete(stopped) && this.#keepAlive.release(),
    });
    this.#consumptions.set(name, sharing.add(consumption));
    this.#keepAlive.hold();
    consumption.wake();
    return consumption;
  }

  async status(): Promise<ConsumerStatus[]> {
    this.#assertOpen();
    return this.store.status();
  }

  async close(): Promise<void> {
    if (this.#closed || !this.#leases) return;
    this.#closed = true;
    await this.#poll?.stop();
    for (const consumption of this.#all()) void consumption.stop();
    await this.#leases.stop();
    await this.store.close(this.#leases.size === 0);
  }

  #assertOpen(): LeaseKeeper {
    if (!this.#leases || this.#closed) throw new BrokerClosedError();
    return this.#leases;
  }

  #wake(consumers?: readonly string[]): void {
    if (!consumers) return this.#all().forEach((consumption) => consumption.wake());
    for (const name of consumers) this.#consumptions.get(name)?.forEach((consumption) => consumption.wake());
  }

  #all(): StoreConsumption[] {
    return [...this.#consumptions.values()].flatMap((sharing) => Array.from(sharing));
  }
}
