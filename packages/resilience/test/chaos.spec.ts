import { Injectable } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { VirtualClock } from '@rookery/common/testing';
import { Chaos, ChaosError, PolicyRegistry, ResilienceModule, Retry, Timeout } from '@rookery/resilience';
import { lastValueFrom, Observable } from 'rxjs';
import { bench, ended, silent, succeed } from './support.js';

async function inProduction(work: () => unknown): Promise<void> {
  const before = process.env['NODE_ENV'];
  process.env['NODE_ENV'] = 'production';
  try {
    await work();
  } finally {
    process.env['NODE_ENV'] = before;
  }
}

describe('chaos', () => {
  it('looks to retries and breakers as if the call had failed', async () => {
    const { define, clock, registry, events } = bench();
    const pipeline = define({
      chaos: { fault: { rate: 100 } },
      retry: { attempts: 2, backoff: { delay: 10 } },
      circuitBreaker: { consecutiveFailures: 2 },
    });
    const result = ended(pipeline.execute(succeed));
    await clock.advance(10);
    await expect(result).resolves.toBeInstanceOf(ChaosError);
    expect(registry.state('users')).toBe('open');
    expect(events.filter(({ type }) => type === 'chaos')).toHaveLength(2);
  });

  it('makes calls slow enough for a timeout', async () => {
    const { define, clock } = bench();
    const pipeline = define({
      chaos: { latency: { rate: 100, delay: '1s' } },
      timeout: { attempt: 100 },
    });
    const result = ended(pipeline.execute(succeed));
    await clock.advance(100);
    await expect(result).resolves.toMatchObject({ code: 'TIMEOUT', scope: 'attempt' });
    expect(clock.pending).toBe(0);
  });

  it('strikes by chance', async () => {
    const { define } = bench();
    // Each draw of the bench is 0.5.
    const pipeline = define({
      chaos: { fault: { rate: 50 }, outcome: { rate: 51, result: () => 'made up' } },
    });
    await expect(pipeline.execute(succeed)).resolves.toBe('made up');
  });

  it('is not defined in production by mistake, nor by a reconfiguration', async () => {
    const { define, registry, events } = bench();
    const chaos = { fault: { rate: 100 } };
    const refusal = 'chaos: NODE_ENV is production';
    const pipeline = define({ retry: 1 });
    await inProduction(() => {
      expect(() => registry.define('other', { chaos })).toThrow(refusal);
      expect(() => registry.reconfigure('users', { retry: 1, chaos })).toThrow(refusal);
    });
    await expect(pipeline.execute(succeed)).resolves.toBe('ok');
    expect([events, registry.has('other')]).toEqual([[], false]);
    await inProduction(() => registry.reconfigure('users', { retry: 1, chaos: { ...chaos, force: true } }));
    await expect(pipeline.execute(succeed)).rejects.toBeInstanceOf(ChaosError);
  });
});

describe('@Chaos()', () => {
  const once = new Observable<number>((reader) => {
    reader.next(1);
    reader.complete();
  });

  @Injectable()
  class Users {
    calls = 0;
    chaotic = true;

    @Chaos({ fault: { rate: 100, error: () => new Error('made up') } })
    @Retry({ attempts: 3, backoff: { delay: 0 } })
    async find() {
      this.calls += 1;
    }

    @Chaos({ latency: { rate: 100, delay: 500 } })
    @Timeout({ attempt: '100ms' })
    watch(): Observable<number> {
      return once;
    }

    @Chaos({ latency: { rate: 100, delay: 50 } })
    watchLater(): Observable<number> {
      return once;
    }
  }

  async function boot() {
    const clock = new VirtualClock();
    const app = await Test.createTestingModule({
      imports: [ResilienceModule.forRoot({ clock, random: () => 0.5 })],
      providers: [Users],
    })
      .setLogger(silent)
      .compile();
    await app.init();
    return { app, clock, users: app.get(Users), registry: app.get(PolicyRegistry) };
  }

  it('disturbs each attempt of a method', async () => {
    const { app, clock, users, registry } = await boot();
    let injected = 0;
    registry.events$.subscribe(({ type }) => (injected += type === 'chaos' ? 1 : 0));
    const result = ended(users.find());
    await clock.advance(10);
    await expect(result).resolves.toEqual(new Error('made up'));
    expect([injected, users.calls]).toEqual([3, 0]);
    await app.close();
  });

  it('holds a stream back before its first value', async () => {
    const { app, clock, users } = await boot();
    const late = ended(lastValueFrom(users.watch()));
    await clock.advance(100);
    await expect(late).resolves.toMatchObject({ code: 'TIMEOUT' });
    const value = lastValueFrom(users.watchLater());
    await clock.advance(50);
    await expect(value).resolves.toBe(1);
    await app.close();
  });

  it('fails the boot in production', async () => {
    await inProduction(() => expect(boot()).rejects.toThrow('Users.find: chaos: NODE_ENV is production'));
  });
});
