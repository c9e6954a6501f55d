import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { sleep } from '@rookery/common';
import { VirtualClock } from '@rookery/common/testing';
import { ConcurrencyLimit, PolicyRegistry, ResilienceModule } from '@rookery/resilience';

// Stands in for the real time, so that the example does not have to wait.
const clock = new VirtualClock();

/** A database with four connections, where each query takes 50 ms: 80 queries a second. */
class Database {
  private freeAt = [0, 0, 0, 0];

  async query(): Promise<void> {
    this.freeAt.sort((a, b) => a - b);
    const [next = 0, ...others] = this.freeAt;
    const doneAt = Math.max(next, clock.monotonic()) + 50;
    this.freeAt = [...others, doneAt];
    await sleep(clock, doneAt - clock.monotonic());
  }
}

// #region example
interface Order {
  readonly paid: boolean;
}

@Injectable()
export class Orders {
  private readonly database = new Database();

  @ConcurrencyLimit({ priority: (order: Order) => (order.paid ? 'high' : 'normal') })
  async place(_order: Order): Promise<void> {
    await this.database.query();
  }
}

@Module({ imports: [ResilienceModule.forRoot({ clock, random: () => 0.5 })], providers: [Orders] })
export class AppModule {}

export async function run(print: (line: string) => void): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  const orders = app.get(Orders);
  const limits = [20];
  app.get(PolicyRegistry).events$.subscribe((event) => {
    if (event.type === 'limit-changed') limits.push(event.to);
  });

  // For ten seconds 200 orders a second come, one in ten of them paid, and 80 are possible.
  const placed = { paid: 0, other: 0 };
  const turnedAway = { paid: 0, other: 0 };
  const waits: number[] = [];
  const place = async (kind: 'paid' | 'other') => {
    const startedAt = clock.monotonic();
    try {
      await orders.place({ paid: kind === 'paid' });
      placed[kind] += 1;
      waits.push(clock.monotonic() - startedAt);
    } catch {
      turnedAway[kind] += 1;
    }
  };
  for (let number = 0; number < 2_000; number += 1) {
    void place(number % 10 === 0 ? 'paid' : 'other');
    await clock.advance(5);
  }
  await clock.advance(1_000);

  print(`paid orders placed: ${placed.paid}, turned away: ${turnedAway.paid}`);
  print(`others placed: ${placed.other}, turned away: ${turnedAway.other}`);
  print(`calls at once: ${limits.at(0)} at first, ${limits.at(-1)} in the end`);
  print(`one of the last took ${waits.at(-100)} ms`);
  await app.close();
}
// #endregion
