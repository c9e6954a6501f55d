import { type Server } from 'node:net';
import { Logger, type OnApplicationShutdown } from '@nestjs/common';
import { type HttpAdapterHost } from '@nestjs/core';
import { type AppClosing, messageOf, type Readiness, type RpcServers, sleep, within } from '@rookery/common';
import { type Advertisement, type DiscoverySettings } from '../discovery.settings.js';
import { type InstanceStatus } from '../instance/service-instance.js';
import { type ServiceRegistry } from '../registry/service-registry.js';
import { httpAddress, type ListeningAddress, rpcAddress } from './listening-address.js';

/** The longest that the first word of leaving may take: a registry that hangs must not stop the app from stopping. */
const MARK_TIMEOUT_MS = 2_000;

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
 * its shutdown: before any connection that a request may need is closed, and before the server refuses anybody.
 */
export class SelfRegistration implements OnApplicationShutdown {
  readonly #logger = new Logger('Discovery');
  #address: ListeningAddress | undefined;
  #leaving = false;
  #unfollow = () => {};

  constructor(
    private readonly registry: ServiceRegistry,
    private readonly signs: AppSigns,
    private readonly settings: Pick<
      DiscoverySettings,
      'advertisement' | 'clock' | 'followReadiness' | 'leaveDelayMs'
    >,
  ) {
    const { advertisement } = settings;
    if (!advertisement) return;
    const { host, servers, closing } = signs;
    host.listen$.subscribe(() =>
      this.#listens(advertisement, httpAddress(host.httpAdapter.getHttpServer() as Server)),
    );
    servers.onListening((server) => {
      // An app with both is found where it serves HTTP, unless `advertise` names the other port and protocol.
      if (!host.httpAdapter) this.#listens(advertisement, rpcAddress(server));
    });
    closing.on('leave', () => this.#leave());
  }

  /** After the server was closed: until then its last requests may still need to find others. */
  onApplicationShutdown(): Promise<void> {
    return this.registry.close();
  }

  #listens(advertisement: Advertisement, address: ListeningAddress | string): void {
    if (this.#address || this.#leaving) return;
    if (typeof address === 'string') {
      this.#logger.error(`${advertisement.service} is not registered: ${address}.`);
      return;
    }
    this.#address = address;
    const { readiness } = this.signs;
    if (!readiness || this.settings.followReadiness === 'never')
      return this.#announce(advertisement, address);
    this.#unfollow = readiness.onChange((ready) => this.#follow(ready, advertisement, address));
    if (readiness.ready) this.#follow(true, advertisement, address);
    else this.#logger.log(`${advertisement.service} is registered as soon as it is ready.`);
  }

  #follow(ready: boolean, advertisement: Advertisement, address: ListeningAddress): void {
    if (this.#leaving) return;
    if (this.registry.self) this.#mark(ready ? 'up' : 'draining');
    else if (ready) this.#announce(advertisement, address);
    if (this.registry.self && this.settings.followReadiness === 'once') this.#unfollow();
  }

  #announce(advertisement: Advertisement, address: ListeningAddress): void {
    try {
      this.registry.announceSelf({ ...address, ...advertisement });
    } catch (error) {
      // The app listens already, and nobody would catch it here: this is called by an event.
      this.#logger.error(`${advertisement.service} is not registered: ${messageOf(error)}`);
    }
  }

  #mark(status: InstanceStatus): void {
    // What the registry cannot be told now goes out with the next beat that succeeds.
    this.registry.self?.update({ status }).catch(() => undefined);
  }

  /**
   * Callers go on calling until they have learnt of it, and a request that is cut off cannot always be repeated. So the
   * instance stays listed as draining for that time, which keeps it for those who know nobody else, and goes then.
   */
  async #leave(): Promise<void> {
    this.#leaving = true;
    this.#unfollow();
    const { self } = this.registry;
    if (!self) return;
    const { clock, leaveDelayMs } = this.settings;
    await within(clock, MARK_TIMEOUT_MS, () => self.update({ status: 'draining' })).catch(() => undefined);
    await sleep(clock, leaveDelayMs);
    await this.registry.deregister(self.instance.service, self.instance.id);
  }
}
