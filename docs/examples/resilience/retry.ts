import { Injectable, Module, NotFoundException } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { VirtualClock } from '@rookery/common/testing';
import { PolicyRegistry, ResilienceModule, Retry } from '@rookery/resilience';

// Stands in for the real time, so that the example does not have to wait.
const clock = new VirtualClock();

// #region example
const busy = Object.assign(new Error('busy'), { response: { status: 503, headers: { 'retry-after': '2' } } });

@Injectable()
export class Jobs {
  private failures: Error[] = [];
  private states = ['queued', 'running', 'done'];

  /** Fails with these errors, one after another, and then works. */
  failWith(...errors: Error[]): void {
    this.failures = errors;
  }

  @Retry({ attempts: 3, backoff: { delay: '100ms', jitter: 'none' } })
  async find(id: string): Promise<string> {
    const failure = this.failures.shift();
    if (failure) throw failure;
    return `job ${id}`;
  }

  /** The result says that it is not ready: ask again, and take what there is after the last attempt. */
  @Retry({
    attempts: 5,
    retryIfResult: (state) => state !== 'done',
    backoff: { delay: '1s', jitter: 'none' },
  })
  async state(): Promise<string | undefined> {
    return this.states.shift();
  }
}

@Module({ imports: [ResilienceModule.forRoot({ clock })], providers: [Jobs] })
export class AppModule {}

export async function run(print: (line: string) => void): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  app.get(PolicyRegistry).events$.subscribe((event) => {
    if (event.type === 'retry') print(`  attempt ${event.attempt} again in ${event.delayMs} ms`);
  });
  const jobs = app.get(Jobs);
  const show = async (what: string, call: Promise<string | undefined>) => {
    const outcome = call.catch(String);
    await clock.advance(10_000);
    print(`${what}: ${await outcome}`);
  };

  jobs.failWith(new Error('reset'), new Error('reset'));
  await show('twice reset', jobs.find('7'));
  jobs.failWith(busy);
  await show('asked to wait', jobs.find('7'));
  jobs.failWith(new Error('first'), new Error('second'), new Error('third'));
  await show('down', jobs.find('7'));
  jobs.failWith(new NotFoundException('no job 8'));
  await show('wrong id', jobs.find('8'));
  await show('not ready', jobs.state());
  await app.close();
}
// #endregion
