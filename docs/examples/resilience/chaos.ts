import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { VirtualClock } from '@rookery/common/testing';
import { Chaos, Fallback, PolicyRegistry, ResilienceModule, Retry, Timeout } from '@rookery/resilience';

// Stands in for the real time, so that the example does not have to wait.
const clock = new VirtualClock();

// #region example
const drill = { on: false };

@Injectable()
export class Stock {
  @Chaos({
    latency: { rate: 50, delay: '5s' },
    fault: { rate: 100, error: () => new Error('connection reset') },
    enabled: () => drill.on,
  })
  @Retry({ attempts: 2, backoff: { delay: '100ms', jitter: 'none' } })
  @Timeout({ attempt: '1s' })
  @Fallback(() => 'unknown' as const)
  async of(_sku: string): Promise<number | 'unknown'> {
    return 3;
  }
}

const draws = [0.9, 0.4, 0.1, 0.4];

@Module({
  imports: [ResilienceModule.forRoot({ clock, random: () => draws.shift() ?? 0.5 })],
  providers: [Stock],
})
export class AppModule {}

export async function run(print: (line: string) => void): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  app.get(PolicyRegistry).events$.subscribe((event) => {
    if (event.type === 'chaos') print(`  injected: ${event.injected}`);
    else print(`  ${event.type}`);
  });
  const stock = app.get(Stock);

  print(`without: ${await stock.of('a1')}`);
  drill.on = true;
  const disturbed = stock.of('a1');
  await clock.advance(2_000);
  print(`with: ${await disturbed}`);
  await app.close();

  const before = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  const booting = NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
  await booting.catch((error: unknown) => print(`in production: ${String(error)}`));
  process.env['NODE_ENV'] = before;
}
// #endregion
