import { type HttpServer } from '@nestjs/common';
import { type HttpAdapterHost } from '@nestjs/core';

/**
 * Runs `work` when the app begins to close, before everything else of its shutdown. Nest awaits the adapter's
 * `beforeClose` before all shutdown hooks; those of a global module come after everybody else's, when the app's own
 * connections are closed already. Whoever asks last runs first. Call it when the app listens, or later.
 */
export function beforeClose(host: HttpAdapterHost, work: () => unknown): void {
  const adapter: HttpServer = host.httpAdapter;
  const inner = adapter.beforeClose?.bind(adapter);
  adapter.beforeClose = async () => {
    await work();
    await inner?.();
  };
}
