import { Controller, Get, Injectable, Module, type OnModuleDestroy } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { DiscoveryModule, memoryRegistry, ServiceRegistry } from '@rookery/discovery';
import { HealthIndicator, HealthRegistry, ServiceModule, ServiceState } from '@rookery/service';

const story: string[] = [];
let cacheIsWarm = false;
let finishReport = () => {};
let reportBegins = () => {};

// #region example
@Injectable()
export class Cache implements OnModuleDestroy {
  @HealthIndicator({ name: 'cache' })
  warm() {
    return cacheIsWarm;
  }

  onModuleDestroy() {
    story.push('the cache is closed');
  }
}

@Controller('report')
export class Reports {
  @Get()
  async build() {
    reportBegins();
    await new Promise<void>((resolve) => (finishReport = resolve)); // stands for a slow query
    story.push('the report is finished');
    return 'the report';
  }
}

@Module({
  imports: [
    ServiceModule.forRoot({ name: 'reports', drainTimeout: '10s' }),
    DiscoveryModule.forRoot({ registry: memoryRegistry() }),
  ],
  controllers: [Reports],
  providers: [Cache],
})
export class AppModule {}

export async function run(print: (line: string) => void): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: false });
  const registry = app.get(ServiceRegistry);
  const registered = new Promise<void>((resolve) => {
    registry.onEvent(({ type }) => {
      story.push(type);
      if (type === 'registered') resolve();
      if (type === 'deregistered') finishReport();
    });
  });
  app.get(ServiceState).onChange((state) => story.push(state));

  await app.listen(0, '127.0.0.1');
  await app.get(HealthRegistry).refresh(); // or wait for the interval
  story.push('the cache is cold');
  cacheIsWarm = true;
  await app.get(HealthRegistry).refresh();
  await registered;

  const begun = new Promise<void>((resolve) => (reportBegins = resolve));
  const answer = fetch(`${await app.getUrl()}/report`);
  await begun;
  await app.close(); // or SIGTERM, with app.enableShutdownHooks()
  for (const line of story) print(line);
  const response = await answer;
  print(`${response.status}, connection: ${response.headers.get('connection')}: ${await response.text()}`);
}
// #endregion
