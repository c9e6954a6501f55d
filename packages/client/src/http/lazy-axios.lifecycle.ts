import { type HttpService } from '@nestjs/axios';
import { type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { type LazyModuleLoader } from '@nestjs/core';
import { type ConnectionPool } from './connection-pool.js';
import { type HttpTransport, type WireRequest, type WireResponse } from './transport.js';

/**
 * The transport over `@nestjs/axios`, loaded through Nest's lazy loader once the app has booted: axios takes a third of
 * the time that the whole suite adds to a start. A request that comes before waits for it.
 */
export class LazyAxios implements OnApplicationBootstrap, OnApplicationShutdown {
  #transport: Promise<HttpTransport> | undefined;

  constructor(
    private readonly loader: LazyModuleLoader,
    private readonly pool: ConnectionPool,
  ) {}

  readonly send = async (request: WireRequest): Promise<WireResponse> => {
    const transport = await this.#load();
    return transport(request);
  };

  onApplicationBootstrap(): void {
    // After the turn in which the app begins to listen. Whoever calls hears of an error.
    setImmediate(() => this.#load().catch(() => {}));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.#transport?.catch(() => {});
  }

  #load(): Promise<HttpTransport> {
    this.#transport ??= this.#import();
    return this.#transport;
  }

  async #import(): Promise<HttpTransport> {
    const [axios, { axiosTransport }] = await Promise.all([
      import('@nestjs/axios'),
      import('./axios-transport.js'),
    ]);
    const module = await this.loader.load(() => axios.HttpModule);
    return axiosTransport(module.get<HttpService>(axios.HttpService).axiosRef, this.pool);
  }
}
