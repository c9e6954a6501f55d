import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { seededRandom, VirtualClock } from '@rookery/common/testing';
import { AdaptiveThrottle, ResilienceModule, ThrottledError } from '@rookery/resilience';

// Stands in for the real time, so that the example does not have to wait.
const clock = new VirtualClock();

// #region example
/** Searches, of which the other side can do ten a second; further ones it refuses. */
@Injectable()
export class Search {
  sent = 0;
  room = 10;

  @AdaptiveThrottle({ window: '20s' })
  async find(_words: string): Promise<string[]> {
    this.sent += 1;
    this.room -= 1;
    if (this.room < 0) throw new Error('503 Service Unavailable');
    return [];
  }
}

@Module({
  // A seed for the example, so that it throws the same dice each time.
  imports: [ResilienceModule.forRoot({ clock, random: seededRandom(7) })],
  providers: [Search],
})
export class AppModule {}

export async function run(print: (line: string) => void): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  const search = app.get(Search);
  let turnedAway: ThrottledError | undefined;

  /** Wants fifty searches in a second. */
  const second = async (room: number): Promise<string> => {
    search.sent = 0;
    search.room = room;
    for (let wanted = 0; wanted < 50; wanted += 1) {
      await search.find('rook').catch((error: unknown) => {
        if (error instanceof ThrottledError) turnedAway = error;
      });
    }
    await clock.advance(1_000);
    return `50 wanted, ${search.sent} sent, ${Math.min(room, search.sent)} answered`;
  };

  print(`the first second: ${await second(10)}`);
  for (let passed = 0; passed < 30; passed += 1) await second(10);
  print(`half a minute later: ${await second(10)}`);
  print(`the others: ${turnedAway?.code}, HTTP ${turnedAway?.status}`);

  for (let passed = 0; passed < 60; passed += 1) await second(50);
  print(`a minute after it has room for all: ${await second(50)}`);
  await app.close();
}
// #endregion
