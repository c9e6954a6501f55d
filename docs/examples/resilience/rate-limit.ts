import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { VirtualClock } from '@rookery/common/testing';
import { PolicyRegistry, RateLimit, RateLimitError, ResilienceModule } from '@rookery/resilience';

// Stands in for the real time, so that the example does not have to wait.
const clock = new VirtualClock();

// #region example
@Injectable()
export class Mailer {
  @RateLimit({ limit: 60, per: '1m', burst: 2, key: (tenant: string) => tenant })
  async send(tenant: string, text: string): Promise<string> {
    return `${tenant}: ${text}`;
  }
}

@Module({
  imports: [
    ResilienceModule.forRoot({
      clock,
      policies: { geocoder: { rateLimit: { limit: 10, burst: 1, maxWait: '150ms' } } },
    }),
  ],
  providers: [Mailer],
})
export class AppModule {}

export async function run(print: (line: string) => void): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });

  // Each tenant has two at once, and then one a second.
  const mailer = app.get(Mailer);
  for (const [tenant, text] of [
    ['acme', 'one'],
    ['acme', 'two'],
    ['acme', 'three'],
    ['blue', 'one'],
  ] as const) {
    await mailer.send(tenant, text).then(print, (error: Error) => print(error.message));
  }

  // The provider allows ten a second, so calls go out 100 ms apart; who would wait for longer hears so at once.
  const geocoder = app.get(PolicyRegistry).pipeline('geocoder');
  const calls = ['Rome', 'Oslo', 'Bern'].map((city) =>
    geocoder
      .execute(async () => print(`${city} after ${clock.monotonic()} ms`))
      .catch((error: unknown) => {
        if (error instanceof RateLimitError) {
          print(`${city}: ${error.code}, HTTP ${error.status}, again in ${error.retryAfterMs} ms`);
        }
      }),
  );
  await clock.advance(1_000);
  await Promise.all(calls);
  await app.close();
}
// #endregion
