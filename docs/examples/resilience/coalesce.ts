import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { sleep } from '@rookery/common';
import { VirtualClock } from '@rookery/common/testing';
import { Coalesce, PolicyRegistry, ResilienceModule, Signal, Timeout } from '@rookery/resilience';

// Stands in for the real time, so that the example does not have to wait.
const clock = new VirtualClock();

// #region example
interface Price {
  sku: string;
  cents: number;
}

@Injectable()
export class Prices {
  asked = 0;

  @Coalesce((tenant: string, sku: string) => `${tenant}/${sku}`)
  @Timeout('1s')
  async find(tenant: string, sku: string, @Signal() signal?: AbortSignal): Promise<Price> {
    this.asked += 1;
    await sleep(clock, 800, signal); // stands for a slow query
    return { sku, cents: tenant === 'acme' ? 990 : 1_290 };
  }
}

@Module({
  imports: [ResilienceModule.forRoot({ clock, policies: { reports: { coalesce: {} } } })],
  providers: [Prices],
})
export class AppModule {}

export async function run(print: (line: string) => void): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  const prices = app.get(Prices);

  const calls = [prices.find('acme', 'a1'), prices.find('acme', 'a1'), prices.find('other', 'a1')];
  await clock.advance(800);
  const [first, second, other] = await Promise.all(calls);
  print(`3 calls, ${prices.asked} queries; the very same object: ${first === second}`);
  print(`another tenant has its own: ${other?.cents}`);

  const again = prices.find('acme', 'a1');
  await clock.advance(800);
  print(`nothing is kept: ${(await again) !== first}, ${prices.asked} queries`);

  const reports = app.get(PolicyRegistry).pipeline('reports');
  const build = async () => `report of ${clock.monotonic()} ms`;
  const both = await Promise.all([
    reports.execute(build, { key: 'daily' }),
    reports.execute(build, { key: 'daily' }),
  ]);
  print(both.join(' and '));
  await app.close();
}
// #endregion
