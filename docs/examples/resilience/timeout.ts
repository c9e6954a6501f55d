import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { sleep } from '@rookery/common';
import { VirtualClock } from '@rookery/common/testing';
import { PolicyRegistry, ResilienceModule, Signal, Timeout, TimeoutError } from '@rookery/resilience';

// Stands in for the real time, so that the example does not have to wait.
const clock = new VirtualClock();

// #region example
@Injectable()
export class Prices {
  @Timeout('1s')
  async find(delayMs: number, @Signal() signal?: AbortSignal): Promise<number> {
    await sleep(clock, delayMs, signal); // stands for fetch(url, { signal }), which ends when the signal aborts
    return 42;
  }
}

@Module({
  imports: [
    ResilienceModule.forRoot({
      clock,
      policies: { supplier: { timeout: { total: '2s', attempt: '500ms' }, retry: 2 } },
    }),
  ],
  providers: [Prices],
})
export class AppModule {}

export async function run(print: (line: string) => void): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });

  const quick = app.get(Prices).find(200);
  await clock.advance(200);
  print(`a quick call: ${await quick}`);

  const slow = app.get(Prices).find(60_000).catch(String);
  await clock.advance(1_000);
  print(`a slow call: ${await slow}`);

  const supplier = app.get(PolicyRegistry).pipeline('supplier');
  const retried = supplier.execute(async ({ number, signal }) => {
    await sleep(clock, number === 1 ? 60_000 : 100, signal);
    return `answered by attempt ${number}`;
  });
  await clock.advance(2_000);
  print(`attempts limited to 500 ms: ${await retried}`);

  const hanging = supplier.execute(() => new Promise(() => {})).catch((error: unknown) => error);
  await clock.advance(2_000);
  const error = await hanging;
  if (error instanceof TimeoutError) print(`both hang: ${error.code} (${error.scope}), HTTP ${error.status}`);
  await app.close();
}
// #endregion
