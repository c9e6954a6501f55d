import dns from 'node:dns';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientModule, getHttpClientToken, type HttpServiceClient } from '@rookery/client';
import { messageOf } from '@rookery/common';
import { DiscoveryModule, memoryRegistry, ServiceRegistry } from '@rookery/discovery';
import { ResilienceModule } from '@rookery/resilience';

// Stands for a registry that every host of the network can write to.
const registry = Object.assign(memoryRegistry(), { reach: 'network' as const });

// Stands for the name server, after somebody has changed what it says.
const system = dns.lookup as (name: string, ...rest: unknown[]) => void;
Object.assign(dns, {
  lookup: (name: string, ...rest: unknown[]) =>
    system(name === 'b.shop.internal' ? '169.254.169.254' : name, ...rest),
});

// #region example
@Module({
  imports: [
    DiscoveryModule.forRoot({
      registry,
      advertise: false,
      admit: { allow: ['10.0.0.0/8', '*.shop.internal'], special: [], maxInstances: 500 },
    }),
    ResilienceModule.forRoot(),
    ClientModule.forFeature([{ service: 'users', retries: 0 }]),
  ],
})
export class AppModule {}

export async function run(print: (line: string) => void): Promise<void> {
  const rogue = new ServiceRegistry({ backend: registry });
  for (const host of ['169.254.169.254', '127.0.0.1', '192.168.0.7', '0x7f.1', 'b.shop.internal'])
    await rogue.register({ service: 'users', id: host, host, port: 80 });

  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  const found = app.get(ServiceRegistry);
  print(`believed: ${(await found.discover('users')).map(({ id }) => id).join(', ')}`);

  const users = app.get<HttpServiceClient>(getHttpClientToken('users'), { strict: false });
  await users.get('/latest/meta-data').catch((error: unknown) => print(messageOf(error)));

  const { refusedInstances, refusedConnections } = found.status().counters;
  print(`refused: ${refusedInstances} instances, ${refusedConnections} connections`);
  await app.close();
  await rogue.close();
}
// #endregion
