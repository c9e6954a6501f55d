import { type LoggerService } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { VirtualClock } from '@rookery/common/testing';
import { PolicyRegistry, ResilienceModule } from '@rookery/resilience';
import { ended, fail, succeed } from './support.js';

/** An app whose log of circuits the test reads. */
async function boot() {
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
  return { app, clock, lines };
}

describe('the log', () => {
  it('tells when a circuit changes its state, once a change', async () => {
    const { app, clock, lines } = await boot();
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

  it('tells what somebody does to a circuit by hand, and why', async () => {
    const { app, lines } = await boot();
    const registry = app.get(PolicyRegistry);
    registry.define('users', { circuitBreaker: {} });
    registry.admin.forceOpen('users', { reason: 'migration', expiresIn: '1s' });
    registry.admin.forceClose('users', { reason: 'done' });
    expect(lines).toEqual([
      ['warn', 'Circuit "users" is forced-open by hand', { reason: 'migration', expiresInMs: 1_000 }],
      ['warn', 'Circuit "users" goes its own way again', { reason: 'done' }],
    ]);
    await app.close();
  });

  it('tells when a circuit that only measures would have opened', async () => {
    const { app, lines } = await boot();
    const circuitBreaker = { mode: 'metrics-only', consecutiveFailures: 2 } as const;
    const users = app.get(PolicyRegistry).define('users', { circuitBreaker });
    for (let n = 0; n < 5; n += 1) await ended(users.execute(fail));
    expect(lines).toEqual([
      ['warn', 'Circuit "users" only measures; it would have opened', { reason: 'consecutive-failures' }],
    ]);
    await app.close();
  });
});
