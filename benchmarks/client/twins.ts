import { HttpService } from '@nestjs/axios';
import { systemClock } from '@rookery/common';
import axios, { type InternalAxiosRequestConfig } from 'axios';
import { firstValueFrom } from 'rxjs';
import { Pool } from 'undici';
// Not exported: nobody but this suite needs the engine without what is around it.
import { engineAdapter } from '../../packages/client/dist/http/axios/engine-adapter.js';
import { ConnectionPool } from '../../packages/client/dist/http/engine/connection-pool.js';
import { UndiciTransport } from '../../packages/client/dist/http/undici-transport.js';
import { type Call } from './load.ts';

/** What ours are measured against: the same call without any of the suite around it. */
export interface Twins {
  /** A bare pool of undici. */
  readonly undici: Call;
  /** The bare `HttpService` over our engine. */
  readonly pooled: Call;
  /** The `HttpService` as it comes. */
  readonly stock: Call;
  close(): Promise<void>;
}

const PATH = '/users/42';

export function twins(port: number): Twins {
  const origin = `http://127.0.0.1:${port}`;
  const pool = new Pool(origin, { connections: 256 });
  const connections = new ConnectionPool({ maxConnections: 256 }, systemClock);
  const engine = new UndiciTransport(connections);
  const adapter = (config: InternalAxiosRequestConfig) =>
    engineAdapter((request) => engine.send(request), {
      label: PATH,
      method: 'GET',
      baseUrl: origin,
      path: PATH,
      headers: {},
      signal: new AbortController().signal,
      repeatable: true,
      maxResponseSize: 10_485_760,
    })(config);
  const over = (service: HttpService): Call => {
    return async () => (await firstValueFrom(service.get(origin + PATH))).data as unknown;
  };
  return {
    undici: async () => (await pool.request({ method: 'GET', path: PATH })).body.json(),
    pooled: over(new HttpService(axios.create({ adapter }))),
    stock: over(new HttpService(axios.create())),
    close: async () => {
      await Promise.all([pool.destroy(), connections.destroy()]);
    },
  };
}
