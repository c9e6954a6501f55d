import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { VirtualClock } from '@rookery/common/testing';
import { CircuitAdmin, PolicyRegistry, ResilienceModule, Retry, UsePolicy } from '@rookery/resilience';

// Stands in for the real time, so that the example prints the same each time.
const clock = new VirtualClock();

// #region example
@Injectable()
export class Stock {
  @UsePolicy('stock')
  async count(item: string): Promise<number> {
    return item.length;
  }
}

@Injectable()
export class Orders {
  constructor(private readonly stock: Stock) {}

  @Retry(2) // and the policy of Stock.count retries as well: the boot warns of up to 6 calls for one
  place(item: string): Promise<number> {
    return this.stock.count(item);
  }
}

@Module({
  imports: [
    ResilienceModule.forRoot({
      clock,
      defaults: { timeout: { total: '2s', attempt: '500ms' }, circuitBreaker: { openDuration: '30s' } },
      policies: { stock: { retry: 3 }, mail: { timeout: false } },
    }),
  ],
  providers: [Stock, Orders],
})
export class AppModule {}

export async function run(print: (line: string) => void): Promise<void> {
  const logger = { log() {}, error() {}, warn: (line: string) => print(`warning: ${line}`) };
  const app = await NestFactory.createApplicationContext(AppModule, { logger });
  const registry = app.get(PolicyRegistry);
  registry.events$.subscribe(({ type }) => print(`event: ${type}`));
  const stock = app.get(Stock);

  registry.reconfigure('stock', { retry: 5, timeout: '1s' }); // the circuit and the calls in flight stay
  try {
    registry.reconfigure('stock', { retry: 0 });
  } catch (error) {
    print(String(error));
  }

  const admin = app.get(CircuitAdmin);
  admin.forceOpen('stock', { reason: 'database migration', expiresIn: '10m' });
  await stock.count('book').catch((error: Error) => print(error.message));
  admin.forceClose('stock', { reason: 'migrated early' });
  print(`in stock: ${await stock.count('book')}`);
  for (const { name, state, calls } of admin.list()) print(`${name}: ${state}, ${calls} calls counted`);
  await app.close();
}
// #endregion
