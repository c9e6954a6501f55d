import { type HttpService } from '@nestjs/axios';
import { type OnApplicationBootstrap, type OnApplicationShutdown, type OnModuleInit } from '@nestjs/common';
import { type LazyModuleLoader, type ModuleRef } from '@nestjs/core';
import { type Clock, OptionsError } from '@rookery/common';
import { type AxiosInstance } from 'axios';
import { axiosInstanceOf } from './axios/axios-instance.js';
import { type ConnectionPool } from './engine/connection-pool.js';
import { type ConnectionSettings } from './engine/origin.js';
import { LazyTransport } from './lazy-transport.js';
import { type HttpTransport } from './transport.js';
import { type ProviderToken, type TransportName } from './transport.options.js';

/** How the requests of one client are sent. */
export interface TransportSettings extends ConnectionSettings {
  readonly service: string;
  readonly transport: TransportName;
  /** The provider of the `HttpService` that sends them. Unset: that of the plain `HttpModule`. */
  readonly httpService?: ProviderToken | undefined;
}

/**
 * The transports of the clients of a module. The libraries are loaded once the app has booted, because they take a third
 * of the time that the whole suite adds to a start. A request that comes before waits for them.
 */
export class Transports implements OnModuleInit, OnApplicationBootstrap, OnApplicationShutdown {
  readonly #all: LazyTransport[] = [];
  readonly #pools: ConnectionPool[] = [];
  readonly #named: TransportSettings[] = [];
  #closed = false;

  constructor(
    private readonly module: ModuleRef,
    private readonly loader: LazyModuleLoader,
    private readonly clock: Clock,
    private readonly where: string,
  ) {}

  for(settings: TransportSettings): HttpTransport {
    const transport = new LazyTransport(() => this.#load(settings));
    this.#all.push(transport);
    if (settings.httpService !== undefined) this.#named.push(settings);
    return transport;
  }

  /** What an `HttpService` has that would not be heeded is told now, and not by the first request. */
  onModuleInit(): void {
    for (const settings of this.#named) this.#instanceNamedBy(settings);
  }

  onApplicationBootstrap(): void {
    // After the turn in which the app begins to listen. Whoever calls hears of an error.
    setImmediate(() => {
      if (!this.#closed) for (const transport of this.#all) transport.load().catch(() => {});
    });
  }

  /** After the servers of the app have closed. */
  async onApplicationShutdown(): Promise<void> {
    this.#closed = true;
    await Promise.all(this.#all.map((transport) => transport.settled()));
    await Promise.all(this.#pools.map((pool) => pool.destroy()));
  }

  async #load(settings: TransportSettings): Promise<HttpTransport> {
    const [{ ConnectionPool }, { UndiciTransport }] = await Promise.all([
      import('./engine/connection-pool.js'),
      import('./undici-transport.js'),
    ]);
    const pool = new ConnectionPool(settings, this.clock);
    this.#pools.push(pool);
    // Asked for after the app has closed: nobody would close it any more, and its requests are refused.
    if (this.#closed) await pool.destroy();
    const undici = new UndiciTransport(pool);
    if (settings.transport === 'undici') return undici;
    const { AxiosTransport } = await import('./axios/axios-transport.js');
    return new AxiosTransport(await this.#instanceOf(settings), undici);
  }

  async #instanceOf(settings: TransportSettings): Promise<AxiosInstance> {
    if (settings.httpService !== undefined) return this.#instanceNamedBy(settings);
    const { HttpModule, HttpService } = await import('@nestjs/axios');
    const module = await this.loader.load(() => HttpModule);
    return axiosInstanceOf(module.get<HttpService>(HttpService), settings.service, this.where);
  }

  #instanceNamedBy({ service, httpService }: TransportSettings): AxiosInstance {
    let found: unknown;
    try {
      found = this.module.get(httpService as never, { strict: false });
    } catch {
      const name = typeof httpService === 'function' ? httpService.name : String(httpService);
      throw new OptionsError(this.where, [
        `${service}.httpService: Nobody provides ${name}. Import the module that does.`,
      ]);
    }
    return axiosInstanceOf(found, service, this.where);
  }
}
