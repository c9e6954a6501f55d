import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { sleep } from '@rookery/common';
import { VirtualClock } from '@rookery/common/testing';
import { Hedge, PolicyRegistry, ResilienceModule, Signal, Timeout } from '@rookery/resilience';

// Stands in for the real time, so that the example does not have to wait.
const clock = new VirtualClock();

// #region example
@Injectable()
export class Quotes {
  /** How long each attempt takes, in turn. */
  latencies: number[] = [];

  @Hedge({ delay: '50ms' })
  @Timeout('2s')
  async find(symbol: string, @Signal() signal?: AbortSignal): Promise<string> {
    const latency = this.latencies.shift() ?? 10;
    await sleep(clock, latency, signal); // stands for fetch(url, { signal })
    return `${symbol}, after ${latency} ms`;
  }
}

@Module({
  imports: [
    ResilienceModule.forRoot({
      clock,
      // No figure to choose: the delay is the 95th percentile of what first attempts took in the last minute.
      policies: { search: { hedge: {}, timeout: '2s' } },
    }),
  ],
  providers: [Quotes],
})
export class AppModule {}

export async function run(print: (line: string) => void): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  const registry = app.get(PolicyRegistry);
  registry.events$.subscribe((event) => {
    if (event.type === 'hedge') print(`  attempt ${event.attempt} joins after ${event.delayMs} ms`);
  });
  const quotes = app.get(Quotes);

  const quick = quotes.find('ROOK');
  await clock.advance(10);
  print(`quick: ${await quick}`);

  quotes.latencies = [1_500, 20];
  const slow = quotes.find('ROOK');
  await clock.advance(70);
  print(`slow, and hedged: ${await slow}`);

  const search = registry.pipeline('search');
  const find = (ms: number) => search.execute(({ signal }) => sleep(clock, ms, signal));
  for (let call = 1; call <= 20; call += 1) {
    const found = find(call); // from 1 ms to 20 ms
    await clock.advance(call);
    await found;
  }
  print('a search that takes long, once 20 of them were seen:');
  const search21 = find(100);
  await clock.advance(100);
  await search21;
  await app.close();
}
// #endregion
