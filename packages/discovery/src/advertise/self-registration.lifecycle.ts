import { type Server } from 'node:net';
import { Logger, type OnApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import { type HttpAdapterHost } from '@nestjs/core';
import { beforeClose, messageOf, sleep } from '@rookery/common';
import { type Advertisement, type DiscoverySettings } from '../discovery.settings.js';
import { type ServiceRegistry } from '../registry/service-registry.js';
import { hostOnThisMachine } from './host-on-this-machine.js';

/**
 * Registers the app as soon as its HTTP server listens, and takes it out of the registry as the first thing of its
 * shutdown: before any connection that a request may need is closed, and before the server refuses anybody.
 */
export class SelfRegistration implements OnModuleDestroy, OnApplicationShutdown {
  readonly #logger = new Logger('Discovery');

  constructor(
    private readonly registry: ServiceRegistry,
    private readonly host: HttpAdapterHost,
    private readonly settings: Pick<DiscoverySettings, 'advertisement' | 'clock' | 'leaveDelayMs'>,
  ) {
    const { advertisement } = settings;
    if (advertisement) host.listen$.subscribe(() => this.#announce(advertisement));
  }

  /** When nothing called `beforeClose`. All of these hooks still come before the server is closed. */
  onModuleDestroy(): Promise<void> {
    return this.#leave();
  }

  /** After the server was closed: until then its last requests may still need to find others. */
  onApplicationShutdown(): Promise<void> {
    return this.registry.close();
  }

  #announce(advertisement: Advertisement): void {
    const address = (this.host.httpAdapter.getHttpServer() as Server).address();
    if (address === null || typeof address === 'string') {
      this.#logger.error(
        `${advertisement.service} is not registered: it listens on ${address ?? 'nothing'}, which has no port. Use a port, or advertise: false.`,
      );
      return;
    }
    beforeClose(this.host, () => this.#leave());
    try {
      this.registry.announceSelf({ host: hostOnThisMachine(address), port: address.port, ...advertisement });
    } catch (error) {
      // The app listens already, and nobody would catch it here: this is called by an event.
      this.#logger.error(`${advertisement.service} is not registered: ${messageOf(error)}`);
    }
  }

  async #leave(): Promise<void> {
    const { self } = this.registry;
    if (!self) return;
    await this.registry.deregister(self.instance.service, self.instance.id);
    // Callers go on calling until they have learnt of it, and a request that is cut off cannot always be repeated.
    await sleep(this.settings.clock, this.settings.leaveDelayMs);
  }
}
