import { type INestApplicationContext, Module, type ModuleMetadata } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { VirtualClock } from '@rookery/common/testing';
import { EventsModule, type EventsOptions, memoryBroker } from '@rookery/events';

export interface TestApp extends ModuleMetadata {
  options?: Partial<EventsOptions>;
}

/** Boots Nest apps that share a virtual clock, and closes them. */
export class TestApps {
  readonly clock = new VirtualClock();
  readonly #open: INestApplicationContext[] = [];

  /** An app of the service `test` over a memory broker, unless the options say otherwise. */
  async boot({ options = {}, imports = [], ...metadata }: TestApp): Promise<INestApplicationContext> {
    const events = EventsModule.forRoot({
      broker: memoryBroker(),
      service: 'test',
      clock: this.clock,
      ...options,
    });
    return this.bootPlain({ imports: [events, ...imports], ...metadata });
  }

  /** An app of nothing but what is given. */
  async bootPlain(metadata: ModuleMetadata): Promise<INestApplicationContext> {
    @Module(metadata)
    class AppModule {}
    const app = await NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
    this.#open.push(app);
    return app;
  }

  async until(what: string, holds: () => unknown, limitMs = 120_000): Promise<void> {
    for (let passed = 0; passed < limitMs; passed += 50) {
      if (await holds()) return;
      await this.clock.advance(50);
    }
    throw new Error(`Never happened: ${what}.`);
  }

  async closeAll(): Promise<void> {
    for (const app of this.#open.splice(0)) {
      const state = { closed: false };
      const closing = app.close().finally(() => (state.closed = true));
      // A handler that a test left hanging is given up by the drain timeout, in the clock's time.
      while (!state.closed) await this.clock.advance(1_000);
      await closing;
    }
  }
}
