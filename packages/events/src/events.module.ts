import { type DynamicModule, Module } from '@nestjs/common';
import { DiscoveryModule as NestDiscoveryModule } from '@nestjs/core';
import { AsyncApi } from './asyncapi/async-api.js';
import { EventBus } from './bus/event-bus.js';
import { DeadLetters } from './dead-letters/dead-letters.js';
import {
  type ASYNC_OPTIONS_TYPE,
  ConfigurableModuleClass,
  type OPTIONS_TYPE,
} from './events.module-definition.js';
import { EVENTS_PROVIDERS } from './events.providers.js';
import { getQueueToken } from './queue/inject-queue.decorator.js';
import { checkQueueOptions, type QueueOptions } from './queue/queue-options.js';
import { QueueRegistry } from './queue/queue-registry.js';
import { EventQueuesModule } from './queue/event-queues.module.js';

/**
 * Durable events and queues. Import `forRoot` once, in the app's root module; it is global unless `isGlobal: false`.
 *
 * @example
 * imports: [EventsModule.forRoot(), EventsModule.registerQueue({ name: 'emails' })]
 */
@Module({
  imports: [NestDiscoveryModule],
  providers: EVENTS_PROVIDERS,
  exports: [EventBus, DeadLetters, AsyncApi, QueueRegistry],
})
export class EventsModule extends ConfigurableModuleClass {
  /** One set of options for the app; without any, events are kept in one SQLite file a host. */
  static override forRoot(options: typeof OPTIONS_TYPE = {}): DynamicModule {
    return super.forRoot(options);
  }

  /** As `forRoot`, with options from `useFactory`, `useClass` or `useExisting`. */
  static override forRootAsync(options: typeof ASYNC_OPTIONS_TYPE): DynamicModule {
    return super.forRootAsync(options);
  }

  /** Makes queues injectable with `@InjectQueue(name)` in the importing module, and known to `@Process(name)`. */
  static registerQueue(...queues: readonly QueueOptions[]): DynamicModule {
    const providers = queues.map((queue) => ({
      provide: getQueueToken(checkQueueOptions(queue).name),
      useFactory: (registry: QueueRegistry) => registry.register(queue),
      inject: [QueueRegistry],
    }));
    return { module: EventQueuesModule, providers, exports: providers.map(({ provide }) => provide) };
  }
}
