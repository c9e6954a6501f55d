import { type LoggerService } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { VirtualClock } from '@rookery/common/testing';
import { PolicyRegistry, ResilienceModule } from '@rookery/resilience';
import { ended, fail, succeed } from './support.js';

describe('the log', () => {
  it('tells when a circuit changes its state, once a change', async () => {
    const lines: unknown[] = [];
    const write = (level: string) => (message: unknown, details: unknown) => {
      if (String(message).startsWith('Circuit')) lines.push([level, message, details]);
    };
    const logger: LoggerService = { log: write('log'), warn: write('warn'), error: write('error') };
    const clock = new VirtualClock();
    const app = await Test.createTestingModule({ imports: [ResilienceModule.forRoot({ clock })] })
      .setLogger(logger)
      .compile();
    await app.init();
    const users = app.get(PolicyRegistry).define('users', { circuitBreaker: { halfOpenMaxCalls: 1 } });
    for (let n = 0; n < 20; n += 1) await ended(users.execute(fail));
    await clock.advance(60_000);
    await users.execute(succeed);
    expect(lines).toEqual([
      ['warn', 'Circuit "users" opened', { reason: 'consecutive-failures', openForMs: 60_000 }],
      ['log', 'Circuit "users" is half-open', 'Resilience'],
      ['log', 'Circuit "users" closed', 'Resilience'],
    ]);
    await app.close();
  });
});
