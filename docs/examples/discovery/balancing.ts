import { Controller, type DynamicModule, Get, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ClientModule, getHttpClientToken, type HttpServiceClient } from '@rookery/client';
import { seededRandom, VirtualClock } from '@rookery/common/testing';
import { DiscoveryModule, LoadBalancer, memoryRegistry, ServiceRegistry } from '@rookery/discovery';
import { ResilienceModule } from '@rookery/resilience';
import { ServiceIdentity, ServiceModule } from '@rookery/service';

// Stand in for the real time and chance, so that the example does not have to wait and always prints the same.
const clock = new VirtualClock();
const random = seededRandom(1);

@Controller()
class Search {
  constructor(private readonly self: ServiceIdentity) {}

  @Get()
  find() {
    return `found by ${this.self.version}`;
  }
}

/** An instance of the service `search`, which tells callers how busy it is because it has `ServiceModule`. */
@Module({ controllers: [Search] })
class SearchModule {
  static version(version: string): DynamicModule {
    return { module: SearchModule, imports: [ServiceModule.forRoot({ name: 'search', version })] };
  }
}

// #region example
@Module({
  imports: [
    DiscoveryModule.forRoot({
      clock,
      random,
      registry: memoryRegistry({ clock }),
      advertise: false,
      services: {
        carts: { strategy: 'consistent-hash' },
        search: { route: { weights: { '1': 90, '2': 10 } } },
      },
    }),
    ResilienceModule.forRoot(),
    ClientModule.forFeature([{ service: 'search' }]),
  ],
})
export class AppModule {}

const FOR_TESTERS = { version: '2' };

export async function run(print: (line: string) => void): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  const registry = app.get(ServiceRegistry);
  const balancer = app.get(LoadBalancer);
  balancer.onEvent(({ type, instance }) => print(`${type}: ${instance.id}`));

  for (const id of ['users-1', 'users-2', 'users-3']) {
    await registry.register({ service: 'users', id, host: '127.0.0.1', port: 3_000 });
  }
  const calls = { 'users-1': 0, 'users-2': 0, 'users-3': 0 } as Record<string, number>;
  let broken = 'users-2';
  const call = async () => {
    const { instance, done } = await balancer.pick('users');
    calls[instance.id] = (calls[instance.id] ?? 0) + 1;
    await clock.advance(10); // stands for the call
    done(instance.id === broken ? 'failure' : 'success');
  };
  for (let n = 0; n < 3_000; n += 1) await call();
  print(`users-2 fails: it gets ${calls['users-2']} of 3000 calls`);

  broken = '';
  for (let n = 0; n < 6_000; n += 1) await call();
  calls['users-2'] = 0;
  for (let n = 0; n < 3_000; n += 1) await call();
  print(`users-2 works again: it gets its third: ${(calls['users-2'] ?? 0) > 800}`);

  for (const id of ['carts-1', 'carts-2', 'carts-3']) {
    await registry.register({ service: 'carts', id, host: '127.0.0.1', port: 3_000 });
  }
  const ada = await balancer.pick('carts', { key: 'ada' });
  const again = await balancer.pick('carts', { key: 'ada' });
  print(`the same cart, the same instance: ${ada.instance === again.instance}`);

  const instances = [];
  for (const version of ['1.9.0', '2.0.0']) {
    const instance = await NestFactory.create(SearchModule.version(version), { logger: false });
    instances.push(instance);
    await instance.listen(0, '127.0.0.1');
    const port = Number(new URL(await instance.getUrl()).port);
    await registry.register({ service: 'search', version, host: '127.0.0.1', port });
  }
  let canary = 0;
  for (let n = 0; n < 1_000; n += 1) {
    const { instance, done } = await balancer.pick('search');
    if (instance.version === '2.0.0') canary += 1;
    done('success');
  }
  print(`the canary gets a tenth: ${Math.round(canary / 100)} of 10`);

  // The same by a client, for single calls.
  const search = app.get<HttpServiceClient>(getHttpClientToken('search'), { strict: false });
  print(await search.get<string>('/', { balancing: { route: FOR_TESTERS } }));
  const versions = new Set<string>();
  for (let n = 0; n < 10; n += 1) versions.add(await search.get('/', { balancing: { key: 'ada' } }));
  print(`one user always sees the same version: ${versions.size === 1}`);
  for (const one of [app, ...instances]) await one.close();
}
// #endregion
