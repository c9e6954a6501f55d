import {
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
} from '@nestjs/common';
import { type HttpAdapterHost } from '@nestjs/core';
import { beforeClose } from '@rookery/common';
import { Server } from 'node:net';
import { type HealthRegistry } from '../health/health-registry.js';
import { type ServiceState } from './service-state.js';

/** Moves the service's state with the app's life, and starts and stops the health checks. */
export class ServiceLifecycle implements OnApplicationBootstrap, OnModuleDestroy, OnApplicationShutdown {
  constructor(
    private readonly host: HttpAdapterHost,
    private readonly state: ServiceState,
    private readonly health: HealthRegistry,
  ) {
    // One turn later than the others who act when the app listens: whoever asks last runs first, and readiness goes
    // before deregistration and all else.
    host.listen$.subscribe(() => queueMicrotask(() => beforeClose(host, () => state.advance('draining'))));
  }

  onApplicationBootstrap(): void {
    this.health.start();
    const server: unknown = this.host.httpAdapter?.getHttpServer?.();
    // An app without a server is as ready as it gets; one with a server is not before it can be reached.
    if (!(server instanceof Server) || server.listening) this.state.advance('ready');
    else server.once('listening', () => this.state.advance('ready'));
  }

  /** When nothing called `beforeClose`. */
  onModuleDestroy(): void {
    this.state.advance('draining');
  }

  async onApplicationShutdown(): Promise<void> {
    await this.health.stop();
    this.state.advance('stopped');
  }
}
