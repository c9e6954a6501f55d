import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { VirtualClock } from '@rookery/common/testing';
import {
  CircuitAdmin,
  CircuitBreaker,
  CircuitOpenError,
  PolicyRegistry,
  ResilienceModule,
} from '@rookery/resilience';

// Stands in for the real time, so that the example does not have to wait.
const clock = new VirtualClock();

// #region example
@Injectable()
export class Users {
  healthy = false;

  @CircuitBreaker({
    consecutiveFailures: 3,
    openDuration: { delay: '10s', factor: 2, maxDelay: '5m', jitter: 'none' }, // 10 s, 20 s, 40 s ... while it does not recover
    halfOpenMaxCalls: 2,
  })
  async find(id: string): Promise<string> {
    if (!this.healthy) throw new Error('connection refused');
    return `user ${id}`;
  }
}

@Module({ imports: [ResilienceModule.forRoot({ clock })], providers: [Users] })
export class AppModule {}

export async function run(print: (line: string) => void): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  const users = app.get(Users);
  const circuits = app.get(CircuitAdmin);
  app.get(PolicyRegistry).circuits$.subscribe(({ type }) => print(`event: ${type}`));

  for (let call = 1; call <= 3; call += 1) await users.find('7').catch(() => {});
  const error: unknown = await users.find('7').catch((reason: unknown) => reason);
  if (error instanceof CircuitOpenError) print(`${error.code}, again in ${error.retryAfterMs} ms`);

  await clock.advance(10_000);
  await users.find('7').catch(() => {}); // a trial call fails, and the circuit opens for twice as long
  await clock.advance(20_000);
  users.healthy = true;
  print(`first trial: ${await users.find('7')}`);
  print(`second trial: ${await users.find('8')}`);

  {
    using _isolation = circuits.isolate('Users.find', 'schema migration');
    print(await users.find('7').catch((reason: Error) => reason.message));
  }
  print(`afterwards: ${await users.find('7')}, ${circuits.get('Users.find').state}`);
  await app.close();
}
// #endregion
