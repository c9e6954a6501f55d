import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { ClientModule, getHttpClientToken, type HttpServiceClient } from '@rookery/client';
import { DiscoveryModule, memoryRegistry, ServiceRegistry } from '@rookery/discovery';
import { ResilienceModule } from '@rookery/resilience';
import { type Call } from './load.ts';

/** Our clients as users have them: found through discovery, balanced, under the default policy. */
export interface Ours {
  readonly undici: Call;
  readonly axios: Call;
  close(): Promise<void>;
}

const SERVICES = ['undici', 'axios'] as const;

class App {}

/** An app with a client of each transport, both for the service on `port`. */
export async function ours(port: number): Promise<Ours> {
  const app = await NestFactory.createApplicationContext(
    {
      module: App,
      imports: [
        ResilienceModule.forRoot(),
        DiscoveryModule.forRoot({ registry: memoryRegistry(), advertise: false }),
        ClientModule.forFeature(SERVICES.map((name) => ({ service: `over-${name}`, transport: name }))),
      ],
    },
    { logger: ['warn', 'error'] },
  );
  const registry = app.get(ServiceRegistry);
  for (const name of SERVICES) await registry.register({ service: `over-${name}`, host: '127.0.0.1', port });
  const callOver = (name: (typeof SERVICES)[number]): Call => {
    const client = app.get<HttpServiceClient>(getHttpClientToken(`over-${name}`), { strict: false });
    return () => client.get('/users/:id', { params: { id: 42 } });
  };
  return { undici: callOver('undici'), axios: callOver('axios'), close: () => app.close() };
}
