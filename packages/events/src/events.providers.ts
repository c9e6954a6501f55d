import { Logger, type Provider } from '@nestjs/common';
import { DiscoveryService, MetadataScanner, ModuleRef, ModulesContainer } from '@nestjs/core';
import { CallObserver, noObserver, ServiceInfo } from '@rookery/common';
import { AsyncApi } from './asyncapi/async-api.js';
import { EventBus } from './bus/event-bus.js';
import { EventsRuntime } from './bus/events-runtime.js';
import { MarkedMethodsExplorer } from './bus/marked-methods.explorer.js';
import { DeadLetters } from './dead-letters/dead-letters.js';
import { EVENTS_MODULE_OPTIONS } from './events.module-definition.js';
import { EventsLifecycle } from './events.lifecycle.js';
import { type EventsOptions, eventsSettings } from './events.options.js';
import { QueueRegistry } from './queue/queue-registry.js';

function openRuntime(
  options: EventsOptions,
  info: ServiceInfo | undefined,
  observer: CallObserver = noObserver,
): Promise<EventsRuntime> {
  const settings = eventsSettings(options, info);
  return EventsRuntime.open(settings, { clock: settings.clock, log: new Logger('Events'), observer });
}

/** What `EventsModule.forRoot` provides. */
export const EVENTS_PROVIDERS: Provider[] = [
  {
    provide: EventsRuntime,
    useFactory: openRuntime,
    inject: [
      EVENTS_MODULE_OPTIONS,
      { token: ServiceInfo, optional: true },
      { token: CallObserver, optional: true },
    ],
  },
  {
    provide: EventBus,
    useFactory: (runtime: EventsRuntime) => new EventBus(runtime),
    inject: [EventsRuntime],
  },
  {
    provide: DeadLetters,
    useFactory: (runtime: EventsRuntime) => new DeadLetters(runtime),
    inject: [EventsRuntime],
  },
  {
    provide: AsyncApi,
    useFactory: (runtime: EventsRuntime) => new AsyncApi(runtime),
    inject: [EventsRuntime],
  },
  {
    provide: QueueRegistry,
    useFactory: (runtime: EventsRuntime) => new QueueRegistry(runtime),
    inject: [EventsRuntime],
  },
  {
    provide: MarkedMethodsExplorer,
    useFactory: (discovery: DiscoveryService, scanner: MetadataScanner, modules: ModuleRef) =>
      new MarkedMethodsExplorer(discovery, scanner, modules),
    inject: [DiscoveryService, MetadataScanner, ModuleRef],
  },
  {
    provide: EventsLifecycle,
    useFactory: (
      runtime: EventsRuntime,
      queues: QueueRegistry,
      explorer: MarkedMethodsExplorer,
      modules: ModulesContainer,
    ) => new EventsLifecycle(runtime, queues, explorer, modules),
    inject: [EventsRuntime, QueueRegistry, MarkedMethodsExplorer, ModulesContainer],
  },
];
