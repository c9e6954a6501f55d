import { Server } from 'node:net';
import { Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type HttpAdapterHost } from '@nestjs/core';
import { type AppClosing, type Clock, LISTENING_TRANSPORTS, type RpcServers, sleep } from '@rookery/common';
import { type HealthRegistry } from '../health/health-registry.js';
import { type LifecycleSettings } from '../service.options.js';
import { drain } from './drain.js';
import { GrpcIntake } from './grpc-intake.js';
import { HttpIntake } from './http-intake.js';
import { type Intake } from './intake.js';
import { keepConnections } from './keep-alive.js';
import { RpcIntake } from './rpc-intake.js';
import { type ServiceState } from './service-state.js';

/** What tells of the app's life. */
export interface AppLife {
  readonly host: HttpAdapterHost;
  readonly servers: RpcServers;
  readonly closing: AppClosing;
}

/**
 * Moves the service's state with the app's life, starts and stops the health checks, and lets the requests that are
 * under way finish before anything that they need is destroyed.
 */
export class ServiceLifecycle implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #logger = new Logger('Lifecycle');
  readonly #intakes: Intake[] = [];

  constructor(
    private readonly life: AppLife,
    private readonly state: ServiceState,
    private readonly health: HealthRegistry,
    private readonly settings: LifecycleSettings,
    private readonly clock: Clock,
  ) {
    const { servers, closing } = life;
    servers.onAdded((server) => {
      const grpc = server.transportId === LISTENING_TRANSPORTS.grpc;
      this.#intakes.push(grpc ? new GrpcIntake(server) : new RpcIntake(server));
    });
    servers.onListening(() => {
      if (!this.#httpServer()) this.state.advance('ready');
    });
    closing.on('unready', () => this.#becomeUnready());
    closing.on('leave', () => sleep(clock, settings.drainDelayMs));
    closing.on('drain', () => this.#drain());
  }

  onApplicationBootstrap(): void {
    this.health.start();
    const server = this.#httpServer();
    if (server) {
      this.#intakes.push(new HttpIntake(server, this.clock));
      keepConnections(server, this.settings.keepAliveTimeoutMs);
      // It is not ready before it can be reached.
      if (!server.listening) return void server.once('listening', () => this.state.advance('ready'));
    } else if (this.life.servers.count > 0) return;
    // An app without a server is as ready as it gets.
    this.state.advance('ready');
  }

  async onApplicationShutdown(): Promise<void> {
    await this.health.stop();
    this.state.advance('stopped');
  }

  #httpServer(): Server | undefined {
    const server: unknown = this.life.host.httpAdapter?.getHttpServer?.();
    return server instanceof Server ? server : undefined;
  }

  #becomeUnready(): void {
    this.state.advance('draining');
    for (const intake of this.#intakes) intake.announceEnd();
  }

  async #drain(): Promise<void> {
    const { drainTimeoutMs } = this.settings;
    const cut = await drain(this.#intakes, drainTimeoutMs, this.clock);
    const counts = Object.entries(cut).map(([what, count]) => `${what}: ${count}`);
    if (counts.length === 0) return;
    this.#logger.warn(
      `Cut off after the ${drainTimeoutMs} ms of drainTimeout, unanswered: ${counts.join(', ')}.`,
    );
  }
}
