import { Logger, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { type DiscoveryService, type HttpAdapterHost } from '@nestjs/core';
import { attachRuntime, type Clock, messageOf, within } from '@rookery/common';
import { type HookableAdapter } from './http/hook-slots.js';
import { traceRequests } from './http/trace-requests.js';
import { type Telemetry } from './telemetry/telemetry.js';
import { spanWeaving } from './tracer/span.decorator.js';
import { type Tracer } from './tracer/tracer.js';

/** How long an app's end waits for its last spans, in milliseconds. */
const SHUTDOWN_LIMIT_MS = 2_000;

/** Ties tracing to an app's life: the HTTP adapter as soon as there is one, and the last export after servers closed. */
export class TracingLifecycle implements OnModuleInit, OnApplicationShutdown {
  readonly #logger = new Logger('TracingModule');

  constructor(
    private readonly telemetry: Telemetry,
    private readonly tracer: Tracer,
    private readonly discovery: DiscoveryService,
    private readonly clock: Clock,
    host: HttpAdapterHost,
    ignore: readonly string[],
  ) {
    // Now, because routes ask for the route hook when they are built, which is before any lifecycle hook.
    host.init$.subscribe(() => {
      // An app without HTTP has no adapter, and still begins.
      const adapter: HookableAdapter | null = host.httpAdapter;
      if (adapter) traceRequests(adapter, telemetry.tracer, ignore);
    });
  }

  onModuleInit(): void {
    attachRuntime(this.discovery, spanWeaving, this.tracer);
  }

  async onApplicationShutdown(): Promise<void> {
    const late = () => new Error(`exporting them took longer than ${SHUTDOWN_LIMIT_MS} ms`);
    await within(this.clock, SHUTDOWN_LIMIT_MS, () => this.telemetry.shutdown(), { late }).catch(
      (error: unknown) => this.#logger.warn(`The last spans may be lost: ${messageOf(error)}`),
    );
  }
}
