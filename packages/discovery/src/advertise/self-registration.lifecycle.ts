import { type Server } from 'node:net';
import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { type HttpAdapterHost } from '@nestjs/core';
import { type AppClosing, messageOf, type Readiness, type RpcServers } from '@rookery/common';
import { DrainRequests } from '../control/drain-requests.lifecycle.js';
import { OwnStatus } from '../control/own-status.js';
import { type Advertisement, type DiscoverySettings } from '../discovery.settings.js';
import { type ServiceRegistry } from '../registry/service-registry.js';
import { hasOwnAddress, httpAddress, type ListeningAddress, rpcAddress } from './listening-address.js';
import { ownHostProblem } from './own-host.js';
import { OwnInstances } from './own-instances.js';

/** What tells when an app begins and ends, and whether it can work. */
export interface AppSigns {
  readonly host: HttpAdapterHost;
  readonly servers: RpcServers;
  readonly closing: AppClosing;
  /** Unset in an app without `ServiceModule`: it is ready as soon as it listens. */
  readonly readiness?: Readiness | undefined;
}

/**
 * Registers the app when its server listens and the app is ready, and takes it out of the registry in the first steps of
 * its shutdown: before any connection that a request may need is closed, and before the server refuses anybody. An app with
 * several servers is registered with each of them, as soon as its HTTP server listens, if it has one.
 */
export class SelfRegistration implements OnApplicationShutdown {
  readonly #logger = new Logger('Discovery');
  /** Where the app listens and is not registered yet. */
  #waiting: ListeningAddress[] = [];
  #listening = false;
  #leaving = false;
  #unfollow: (() => void) | undefined;
  readonly #status = new OwnStatus();
  readonly #own: OwnInstances;
  readonly #requests: DrainRequests;

  constructor(
    private readonly registry: ServiceRegistry,
    private readonly signs: AppSigns,
    private readonly settings: DiscoverySettings,
  ) {
    this.#own = new OwnInstances(registry, this.#status);
    this.#requests = new DrainRequests(registry, this.#status, settings, () => this.#own.mark());
    const { advertisement } = settings;
    if (!advertisement) return;
    const { host, servers, closing } = signs;
    host.listen$.subscribe(() => {
      this.#waiting.unshift(
        ...this.#usable(advertisement, httpAddress(host.httpAdapter.getHttpServer() as Server)),
      );
      this.#listens(advertisement);
    });
    servers.onListening((server) => {
      if (host.httpAdapter && !hasOwnAddress(server)) return;
      this.#waiting.push(...this.#usable(advertisement, rpcAddress(server)));
      if (!host.httpAdapter || this.#listening) this.#listens(advertisement);
    });
    closing.on('leave', () => this.#leave());
  }

  /** After the server was closed: until then its last requests may still need to find others. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.#requests.stop(), this.registry.close()]);
  }

  #usable(advertisement: Advertisement, address: ListeningAddress | string): readonly ListeningAddress[] {
    if (typeof address === 'string') {
      this.#logger.error(`${advertisement.service} is not registered: ${address}.`);
      return [];
    }
    return [address];
  }

  #listens(advertisement: Advertisement): void {
    if (this.#leaving || this.#waiting.length === 0) return;
    this.#listening = true;
    // Whoever says where the app is means one place.
    const isOnePlace = (advertisement.port ?? advertisement.protocol) !== undefined;
    if (isOnePlace) this.#waiting = this.#own.any ? [] : this.#waiting.slice(0, 1);
    for (const { host } of this.#waiting) this.#warnOf(advertisement.host ?? host);
    const { readiness } = this.signs;
    if (!readiness || this.settings.followReadiness === 'never') return this.#announce(advertisement);
    this.#unfollow ??= readiness.onChange((ready) => this.#follow(ready, advertisement));
    if (readiness.ready) this.#follow(true, advertisement);
    else this.#logger.log(`${advertisement.service} is registered as soon as it is ready.`);
  }

  #warnOf(host: string): void {
    const problem = ownHostProblem(host, this.settings.admit, this.settings.backend.reach);
    if (problem) this.#logger.warn(`Callers may not reach this app: ${problem.detail}`);
  }

  #follow(ready: boolean, advertisement: Advertisement): void {
    if (this.#leaving) return;
    this.#status.ready = ready;
    if (this.#own.any) this.#own.mark();
    if (ready) this.#announce(advertisement);
    if (this.#own.any && this.settings.followReadiness === 'once') {
      this.#unfollow?.();
      this.#unfollow = undefined;
    }
  }

  #announce(advertisement: Advertisement): void {
    for (const address of this.#waiting.splice(0)) {
      try {
        const registration = this.#own.announce(advertisement, address);
        if (this.settings.drainable) this.#requests.follow(registration);
      } catch (error) {
        // The app listens already, and nobody would catch it here: this is called by an event.
        this.#logger.error(`${advertisement.service} is not registered: ${messageOf(error)}`);
      }
    }
  }

  async #leave(): Promise<void> {
    this.#leaving = true;
    this.#unfollow?.();
    void this.#requests.stop();
    await this.#own.leave(this.settings.clock, this.settings.leaveDelayMs);
  }
}
