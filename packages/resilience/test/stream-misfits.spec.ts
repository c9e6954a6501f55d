import { Injectable, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  Chaos,
  CircuitBreaker,
  Coalesce,
  Fallback,
  Hedge,
  PolicyRegistry,
  type PolicyOptions,
  ResilienceModule,
  Retry,
  UsePolicy,
} from '@rookery/resilience';
import { lastValueFrom, Observable } from 'rxjs';
import { silent } from './support.js';

const yes = () => true;
const once = new Observable<number>((reader) => {
  reader.next(1);
  reader.complete();
});

/** A service whose two methods return streams, decorated alike. */
function streaming(decorate: () => MethodDecorator): Type<{ observe(): Observable<number> }> {
  @Injectable()
  class Streams {
    @decorate()
    observe(): Observable<number> {
      return once;
    }

    @decorate()
    async *iterate() {
      yield 1;
    }
  }
  return Streams;
}

async function boot(provider: Type, policies: Record<string, PolicyOptions> = {}) {
  const app = await Test.createTestingModule({
    imports: [ResilienceModule.forRoot({ policies })],
    providers: [provider],
  })
    .setLogger(silent)
    .compile();
  return app.init();
}

const ONE_RESULT = 'so there is no single result to ask about';

const MISFITS: [string, () => MethodDecorator, string][] = [
  ['hedge', () => Hedge(), 'and what two attempts at it bring cannot be told apart'],
  [
    'coalesce',
    () => Coalesce(() => 'key') as MethodDecorator,
    'of which a caller who joins later would miss the beginning',
  ],
  [
    'chaos.outcome',
    () => Chaos({ outcome: { rate: 1, result: yes } }),
    'so there is no single result to replace',
  ],
  ['retry.retryIfResult', () => Retry({ retryIfResult: yes }), ONE_RESULT],
  ['circuitBreaker.recordIfResult', () => CircuitBreaker({ recordIfResult: yes }), ONE_RESULT],
  [
    'fallback.handleIfResult',
    () => Fallback((): never => undefined as never, { handleIfResult: yes }) as MethodDecorator,
    ONE_RESULT,
  ],
];

describe('a method that returns a stream', () => {
  it.each(MISFITS)('cannot have %s', async (what, decorate, why) => {
    await expect(boot(streaming(decorate))).rejects.toThrow(
      `Streams.observe: ${what}: The method returns an observable, ${why}. Remove it, or return a promise.`,
    );
  });

  it('cannot have it as an async generator either', async () => {
    @Injectable()
    class Streams {
      @Hedge()
      async *iterate() {
        yield 1;
      }
    }
    await expect(boot(Streams)).rejects.toThrow(
      'Streams.iterate: hedge: The method returns an async iterable, and what two attempts',
    );
  });

  it.each<[string, PolicyOptions]>([
    ['hedge', { hedge: {} }],
    ['coalesce', { coalesce: {} }],
    ['chaos.outcome', { chaos: { outcome: { rate: 1, result: yes } } }],
    ['retry.retryIfResult', { retry: { retryIfResult: yes } }],
    ['circuitBreaker.recordIfResult', { circuitBreaker: { recordIfResult: yes } }],
  ])('cannot get %s from a named policy, neither at boot nor later', async (what, misfit) => {
    const Streams = streaming(() => UsePolicy('users'));
    const refusal = `Streams.observe: ${what} of the policy "users": The method returns an observable,`;
    await expect(boot(Streams, { users: misfit })).rejects.toThrow(refusal);
    await expect(boot(Streams, { users: misfit })).rejects.toThrow(
      'Use a policy without it, or return a promise.',
    );

    const app = await boot(Streams, { users: { retry: 2 } });
    const registry = app.get(PolicyRegistry);
    const events: unknown[] = [];
    registry.events$.subscribe((event) => events.push(event));
    expect(() => registry.reconfigure('users', misfit)).toThrow(refusal);
    await expect(lastValueFrom(app.get(Streams).observe())).resolves.toBe(1);
    expect(events).toEqual([]);
    await app.close();
  });

  it('may replace what it cannot have of a named policy', async () => {
    @Injectable()
    class Streams {
      @UsePolicy('users')
      @Retry(2)
      observe(): Observable<number> {
        return once;
      }
    }
    const app = await boot(Streams, { users: { retry: { retryIfResult: yes } } });
    await app.close();
  });

  it('may have everything else', async () => {
    const Streams = streaming(() => UsePolicy('users'));
    const app = await boot(Streams, {
      users: {
        retry: { attempts: 2, retryIf: yes },
        circuitBreaker: { recordIf: yes },
        chaos: { fault: { rate: 0 }, latency: { rate: 0, delay: 1 } },
      },
    });
    await expect(lastValueFrom(app.get(Streams).observe())).resolves.toBe(1);
    await app.close();
  });

  it('says everything that is wrong at once', async () => {
    const Streams = streaming(() => UsePolicy('users'));
    await expect(boot(Streams, { users: { hedge: {}, coalesce: {} } })).rejects.toMatchObject({
      code: 'INVALID_OPTIONS',
      where: 'Streams.observe',
      problems: [expect.stringMatching(/^hedge of/), expect.stringMatching(/^coalesce of/)],
    });
  });
});

describe('a method with one result', () => {
  it.each(MISFITS)('may have %s', async (_what, decorate) => {
    @Injectable()
    class Users {
      @decorate()
      async find() {
        return 1;
      }
    }
    const app = await boot(Users);
    await app.close();
  });
});
