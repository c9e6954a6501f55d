import {
  checkOptions,
  type Clock,
  type Duration,
  is,
  listOf,
  type Random,
  resolveServiceName,
  type ServiceInfo,
  shape,
  systemClock,
  systemRandom,
  toMilliseconds,
} from '@rookery/common';
import { type BrokerFactory } from './broker/broker.js';
import { BROKER_FEATURES, type BrokerFeature } from './broker/features.js';
import { contractCheck, type EventContract } from './contract/event-contract.js';
import { sqliteBroker } from './sqlite/sqlite-broker.js';

/** Options of `EventsModule.forRoot`. */
export interface EventsOptions {
  /** Carries the events. Default `sqliteBroker()`: one file, all processes of this host, nothing to install. */
  broker?: BrokerFactory;
  /** The service's name, the same for all of its replicas. Default: what `ServiceModule` says. */
  service?: string;
  /** What the broker must be able to do; the boot fails when it cannot. Default: nothing beyond what handlers ask for. */
  requires?: readonly BrokerFeature[];
  /** The contracts of the events that the app publishes, for `AsyncApi`. Default: none is told. */
  publishes?: readonly EventContract[];
  /** How long stopping waits for handlers in flight. Default `'30s'`. */
  drainTimeout?: Duration;
  /** The time. Default: the system's. */
  clock?: Clock;
  /** Randomness, for ids and jitter. Default: Node's. */
  random?: Random;
}

/** The options checked and with their defaults. */
export interface EventsSettings {
  readonly broker: BrokerFactory;
  readonly service: string;
  readonly requires: readonly BrokerFeature[];
  readonly publishes: readonly EventContract[];
  readonly drainTimeoutMs: number;
  readonly clock: Clock;
  readonly random: Random;
}

const WHERE = 'EventsModule.forRoot';

const checkEvents = shape<EventsOptions>({
  broker: is.callable,
  service: is.serviceName,
  requires: listOf(is.oneOf(...BROKER_FEATURES)),
  publishes: listOf(contractCheck),
  drainTimeout: is.duration(),
  clock: is.implementing('Clock', 'now', 'monotonic', 'schedule'),
  random: is.callable,
});

/** Throws an `OptionsError` when the options cannot be used. */
export function eventsSettings(options: EventsOptions, info: ServiceInfo | undefined): EventsSettings {
  checkOptions(WHERE, checkEvents, options);
  return {
    broker: options.broker ?? sqliteBroker(),
    service: resolveServiceName(WHERE, options.service, info),
    requires: options.requires ?? [],
    publishes: options.publishes ?? [],
    drainTimeoutMs: toMilliseconds(options.drainTimeout ?? '30s'),
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
  };
}
