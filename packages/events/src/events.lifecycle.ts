import {
  type BeforeApplicationShutdown,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleInit,
} from '@nestjs/common';
import { type ModulesContainer } from '@nestjs/core';
import { refuseSecondImport } from '@rookery/common';
import { EventsRuntime } from './bus/events-runtime.js';
import { eventHandlers } from './bus/event-handlers.explorer.js';
import { type MarkedMethodsExplorer } from './bus/marked-methods.explorer.js';
import { type HandlerSpec } from './pipeline/handler-spec.js';
import { queueProcessors } from './queue/queue-processors.explorer.js';
import { type QueueRegistry } from './queue/queue-registry.js';

/** Starts and stops an app's handlers: all are known before any begins, and all are finished before the broker goes. */
export class EventsLifecycle
  implements OnModuleInit, OnApplicationBootstrap, BeforeApplicationShutdown, OnApplicationShutdown
{
  #handlers: HandlerSpec[] = [];

  constructor(
    private readonly runtime: EventsRuntime,
    private readonly queues: QueueRegistry,
    private readonly explorer: MarkedMethodsExplorer,
    private readonly modules: ModulesContainer,
  ) {}

  /** Has events kept from here on, so that what other modules publish while they start is not missed. */
  async onModuleInit(): Promise<void> {
    try {
      refuseSecondImport(
        this.modules,
        'EventsModule.forRoot',
        EventsRuntime,
        'every handler would run as often',
      );
      await this.#declareAll();
    } catch (error) {
      // Nest runs no shutdown hooks after a boot that failed.
      await this.runtime.close();
      throw error;
    }
  }

  async onApplicationBootstrap(): Promise<void> {
    await Promise.all(this.#handlers.map((handler) => this.runtime.consumers.start(handler)));
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.runtime.drain();
  }

  onApplicationShutdown(): Promise<void> {
    return this.runtime.close();
  }

  async #declareAll(): Promise<void> {
    const methods = this.explorer.find();
    this.#handlers = [...eventHandlers(methods, this.runtime), ...queueProcessors(methods, this.queues)];
    await Promise.all([
      ...this.#handlers.map((handler) => this.runtime.consumers.declare(handler)),
      ...this.queues.all().map((queue) => queue.declare()),
    ]);
  }
}
