import { Controller, Get, Module, Param } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { RookeryError } from '@rookery/common';
import { CircuitBreaker, ResilienceModule, Timeout } from '@rookery/resilience';

// #region example
/** An error of the app's own is answered in the same way when it extends RookeryError. */
class QuotaError extends RookeryError {
  readonly code = 'QUOTA_USED_UP';
  override readonly status = 429;
  readonly retryAfterMs = 90_000;
}

@Controller('users')
export class Users {
  @Get('quota')
  quota() {
    throw new QuotaError('tenant 4711 has used up 1000 calls');
  }

  @Get('slow')
  @Timeout('20ms')
  slow() {
    return new Promise(() => {});
  }

  @Get(':id')
  @CircuitBreaker({ consecutiveFailures: 1, openDuration: '30s' })
  find(@Param('id') id: string) {
    throw new Error(`find ${id}: connect ECONNREFUSED 10.0.0.7:5432`);
  }
}

@Module({ imports: [ResilienceModule.forRoot()], controllers: [Users] })
export class AppModule {}

export async function run(print: (line: string) => void): Promise<void> {
  const app = await NestFactory.create(AppModule, { logger: false });
  await app.listen(0, '127.0.0.1');
  for (const path of ['users/7', 'users/7', 'users/slow', 'users/quota']) {
    const response = await fetch(`${await app.getUrl()}/${path}`);
    const retryAfter = response.headers.get('retry-after');
    print(`GET /${path}: ${response.status}, Retry-After: ${retryAfter}`);
    print(`  ${await response.text()}`);
  }
  await app.close();
}
// #endregion
