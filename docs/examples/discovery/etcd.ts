import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { messageOf } from '@rookery/common';
import { DiscoveryModule, ServiceRegistry } from '@rookery/discovery';
import { etcdRegistry } from '@rookery/etcd';
import { ServiceModule } from '@rookery/service';

// #region example
@Module({
  imports: [
    ServiceModule.forRoot({ name: 'orders' }),
    DiscoveryModule.forRoot({
      advertise: { host: '127.0.0.1' }, // where other hosts reach this one
      // Nothing listens there: the cluster is down.
      registry: etcdRegistry({ endpoints: ['http://127.0.0.1:2'], namespace: 'shop' }),
    }),
  ],
})
export class AppModule {}

export async function run(print: (line: string) => void): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: false });
  await app.listen(0, '127.0.0.1'); // it boots and serves, and registers as soon as an endpoint answers

  const registry = app.get(ServiceRegistry);
  const { registry: where, registrations } = registry.status();
  print(`${where}: ${registrations.map(({ state }) => state).join()}`);
  await registry.discover('users').catch((error: unknown) => print(messageOf(error)));
  await app.close();

  try {
    etcdRegistry({ endpoints: ['http://root:hunter2@10.0.0.7:2379'] });
  } catch (error) {
    print(messageOf(error)); // a mistake fails the boot, and shows no password
  }
}
// #endregion
