import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { VirtualClock } from '@rookery/common/testing';
import { PolicyRegistry, ResilienceHealthIndicator, ResilienceModule } from '@rookery/resilience';
import { HealthIndicator, HealthRegistry, ServiceModule } from '@rookery/service';

// Stands in for the real time, so that the circuits of the example do not change by themselves.
const clock = new VirtualClock();

// #region example
@Injectable()
export class Health {
  constructor(private readonly resilience: ResilienceHealthIndicator) {}

  @HealthIndicator({ interval: '5s' })
  circuits() {
    return this.resilience.check('circuits', { downWhenOpen: ['database'] });
  }
}

@Module({
  imports: [
    ServiceModule.forRoot({ name: 'order-service' }),
    ResilienceModule.forRoot({
      clock,
      policies: {
        'user-service': { circuitBreaker: { consecutiveFailures: 1 } },
        database: { circuitBreaker: { consecutiveFailures: 1 } },
      },
    }),
  ],
  providers: [Health],
})
export class AppModule {}

export async function run(print: (line: string) => void): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: false });
  await app.listen(0, '127.0.0.1');
  const show = async (title: string) => {
    await app.get(HealthRegistry).refresh(); // or wait for the interval
    const response = await fetch(`${await app.getUrl()}/health/ready`);
    const { details } = (await response.json()) as { details: { circuits: Record<string, unknown> } };
    const { ageMs: _age, ...circuits } = details.circuits;
    print(`${title}: ${response.status} ${JSON.stringify(circuits)}`);
  };
  const open = (policy: string) =>
    app
      .get(PolicyRegistry)
      .pipeline(policy)
      .execute(() => Promise.reject(new Error('connection refused')))
      .catch(() => undefined);

  await show('all well');
  await open('user-service');
  await show('user-service is ill');
  await open('database');
  await show('database is ill');
  await app.close();
}
// #endregion
