import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { sleep } from '@rookery/common';
import { VirtualClock } from '@rookery/common/testing';
import {
  Bulkhead,
  BulkheadFullError,
  PolicyRegistry,
  ResilienceModule,
  Signal,
  UsePolicy,
} from '@rookery/resilience';

// Stands in for the real time, so that the example does not have to wait.
const clock = new VirtualClock();

// #region example
interface Report {
  readonly name: string;
  readonly urgent?: boolean;
}

@Injectable()
export class Reports {
  readonly done: string[] = [];

  @Bulkhead({
    maxConcurrent: 2,
    maxQueue: 2,
    queueTimeout: '1s',
    priority: (report: Report) => (report.urgent ? 'high' : 'low'),
  })
  async render(report: Report, @Signal() signal?: AbortSignal): Promise<void> {
    await sleep(clock, 400, signal); // stands for work that needs much memory
    this.done.push(report.name);
  }

  @UsePolicy('printer')
  async print(report: Report): Promise<string> {
    await sleep(clock, 100);
    return `printed ${report.name}`;
  }
}

@Module({
  imports: [ResilienceModule.forRoot({ clock, policies: { printer: { bulkhead: 1 } } })],
  providers: [Reports],
})
export class AppModule {}

export async function run(print: (line: string) => void): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  const reports = app.get(Reports);

  // Two run, two wait, and the urgent one takes the place of the last that waits.
  const wanted: Report[] = ['a', 'b', 'c', 'd'].map((name) => ({ name }));
  const rendered = [...wanted, { name: 'urgent', urgent: true }].map((report) =>
    reports.render(report).catch((error: Error) => print(`${report.name}: ${error.message}`)),
  );
  await clock.advance(800);
  await Promise.all(rendered);
  print(`rendered: ${reports.done.join(', ')}`);

  // A policy by name is one bulkhead for all who use it.
  const first = reports.print({ name: 'x' });
  const printer = app.get(PolicyRegistry).pipeline('printer');
  const error = await printer.execute(async () => 'y').catch((reason: unknown) => reason);
  if (error instanceof BulkheadFullError) print(`${error.code} (${error.reason}), HTTP ${error.status}`);
  await clock.advance(100);
  print(await first);
  await app.close();
}
// #endregion
