import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { VirtualClock } from '@rookery/common/testing';
import { PolicyRegistry, ResilienceModule, Retry, RetryBudget } from '@rookery/resilience';

// Stands in for the real time, so that the example does not have to wait.
const clock = new VirtualClock();

// #region example
@Injectable()
export class Users {
  sent = 0;

  @Retry(4)
  find(id: string) {
    return this.ask(id);
  }

  @Retry(4)
  @RetryBudget({ ratio: 10, minPerSecond: 0 })
  list() {
    return this.ask('all');
  }

  @Retry(4)
  @RetryBudget(false)
  search(query: string) {
    return this.ask(query);
  }

  private ask(what: string): Promise<string> {
    this.sent += 1;
    return Promise.reject(new Error(`${what}: connection refused`));
  }
}

@Module({ imports: [ResilienceModule.forRoot({ clock })], providers: [Users] })
export class AppModule {}

export async function run(print: (line: string) => void): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  let refused = 0;
  app.get(PolicyRegistry).events$.subscribe(({ type }) => {
    if (type === 'retry-budget-exhausted') refused += 1;
  });
  const users = app.get(Users);
  const outage = async (what: string, call: () => Promise<string>) => {
    users.sent = refused = 0;
    const calls = Array.from({ length: 200 }, () => call().catch((error: Error) => error.message));
    await clock.advance(60_000);
    const [first] = await Promise.all(calls);
    print(
      `${what}: 200 calls sent ${users.sent} requests, ${refused} retries refused, the caller saw "${first}"`,
    );
  };

  await outage('20 % and 3 a second', () => users.find('7'));
  await outage('10 %', () => users.list());
  await outage('no budget', () => users.search('a'));
  await app.close();
}
// #endregion
