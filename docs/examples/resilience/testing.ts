import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { CircuitBreaker, Fallback, PolicyRegistry, ResilienceModule, UsePolicy } from '@rookery/resilience';
import { describeMethod, noPolicies, recordEvents, trip, VirtualClock } from '@rookery/resilience/testing';

// #region example
@Injectable()
export class Prices {
  @UsePolicy('prices')
  @CircuitBreaker({ name: 'prices', openDuration: '30s', halfOpenMaxCalls: 1 })
  @Fallback(() => 0)
  async find(item: string): Promise<number> {
    if (item === '') throw new Error('no item');
    return item.length;
  }
}

const clock = new VirtualClock();

@Module({
  imports: [ResilienceModule.forRoot({ clock, policies: { prices: { timeout: '2s', retry: 3 } } })],
  providers: [Prices],
})
export class AppModule {}

export async function run(print: (line: string) => void): Promise<void> {
  const app = await Test.createTestingModule({ imports: [AppModule] }).compile();
  await app.init();
  const registry = app.get(PolicyRegistry);
  const prices = app.get(Prices);

  // Assert what you configured, not what a retry does.
  const stages = describeMethod(app, Prices, 'find');
  print(`configured: ${stages.map(({ stage }) => stage).join(' > ')}`);

  // How does the app behave while the circuit is open, and after it?
  const events = recordEvents(registry);
  trip(registry, 'prices');
  print(`open: ${await prices.find('book')}`);
  await clock.advance(30_000);
  print(`after 30 s: ${await prices.find('book')}`);
  print(`events: ${events.map(({ type }) => type).join(', ')}`);
  await app.close();

  // The plain methods, without any policy.
  const plain = await Test.createTestingModule({ imports: [AppModule] })
    .overrideProvider(PolicyRegistry)
    .useValue(noPolicies())
    .compile();
  await plain.init();
  await plain
    .get(Prices)
    .find('')
    .catch((error: Error) => print(`without policies: ${error.message}`));
  await plain.close();
}
// #endregion
