import { type Random } from '@rookery/common';
import { ContractBook } from '../asyncapi/contract-book.js';
import { type Broker } from '../broker/broker.js';
import { BROKER_FEATURES, requireFeatures } from '../broker/features.js';
import { type EventContract } from '../contract/event-contract.js';
import { createIds } from '../event/uuid-v7.js';
import { type PipelineTools } from '../pipeline/pipeline.js';
import { type EventsSettings } from '../events.options.js';
import { Consumers } from './consumers.js';
import { Publisher } from './publisher.js';

/** What the bus, the queues and the dead letters of one app share. */
export class EventsRuntime {
  readonly publisher: Publisher;
  readonly consumers: Consumers;
  readonly contracts: ContractBook;

  private constructor(
    /** The service's name: the source of its events and the default group of its handlers. */
    readonly service: string,
    readonly broker: Broker,
    readonly random: Random,
    readonly drainTimeoutMs: number,
    publishes: readonly EventContract[],
    tools: PipelineTools,
  ) {
    const { clock, observer } = tools;
    const origin = { source: service, clock, nextId: createIds(clock, random) };
    this.publisher = new Publisher(origin, broker, observer);
    this.consumers = new Consumers(broker, tools);
    this.contracts = new ContractBook(publishes);
  }

  /** Opens the broker; refuses one that lacks what the settings require. */
  static async open(settings: EventsSettings, tools: PipelineTools): Promise<EventsRuntime> {
    const { service, random, drainTimeoutMs, requires, publishes } = settings;
    const broker = settings.broker({ clock: tools.clock, random, log: tools.log });
    const needed = BROKER_FEATURES.filter((feature) => requires.includes(feature));
    requireFeatures(broker.features, needed, 'EventsModule.forRoot({ requires })');
    await broker.open();
    return new EventsRuntime(service, broker, random, drainTimeoutMs, publishes, tools);
  }

  drain(): Promise<void> {
    return this.consumers.drain(this.drainTimeoutMs);
  }

  close(): Promise<void> {
    return this.broker.close();
  }
}
