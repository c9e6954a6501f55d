import { Controller, Global, Inject, Injectable, Module, Scope } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { CallObserver, currentContext, runInContext, Signal } from '@rookery/common';
import {
  DeadLetters,
  EventBus,
  type EventsOptions,
  HandlerTimeoutError,
  memoryBroker,
  OnEvent,
  type RookeryEvent,
} from '@rookery/events';
import { defer, of, throwError } from 'rxjs';
import { TestApps } from './support/app.js';

const apps = new TestApps();
let calls: string[] = [];

beforeEach(() => (calls = []));
afterEach(() => apps.closeAll());

async function run(classes: unknown[], work: (bus: EventBus) => Promise<unknown>, options?: EventsOptions) {
  const app = await apps.boot({ providers: classes as never[], options: options ?? {} });
  await work(app.get(EventBus));
  return app;
}

const settledAt = (number: number) => apps.until(`${number} calls`, () => calls.length >= number);
const quiet = () => apps.clock.advance(5_000);

describe('@OnEvent', () => {
  it('gets the whole event, on providers, controllers and inherited methods', async () => {
    class Base {
      @OnEvent('user.created')
      on({ type, source, data, version }: RookeryEvent<{ name: string }>) {
        calls.push(`${this.constructor.name} ${type} ${source} ${data.name} ${version}`);
      }
    }
    @Injectable()
    class Provider extends Base {}
    @Controller()
    class Web extends Base {}
    const app = await apps.boot({ providers: [Provider], controllers: [Web] });
    await app.get(EventBus).publish('user.created', { name: 'Ada' }, { version: '2' });
    await settledAt(2);
    expect(calls.sort()).toEqual(['Provider user.created test Ada 2', 'Web user.created test Ada 2']);
  });

  it('reaches instances that factories made, once when they have two tokens', async () => {
    class Made {
      @OnEvent('a')
      on() {
        calls.push('made');
      }
    }
    await run(
      [
        { provide: 'x', useFactory: () => new Made() },
        { provide: 'y', useExisting: 'x' },
      ],
      (bus) => bus.publish('a', 1),
    );
    await settledAt(1);
    await quiet();
    expect(calls).toEqual(['made']);
  });

  it('makes a request-scoped or transient instance for each event, with the event as its request', async () => {
    let made = 0;
    @Injectable({ scope: Scope.REQUEST })
    class PerEvent {
      readonly number = (made += 1);
      constructor(@Inject(REQUEST) readonly request: RookeryEvent) {}
      @OnEvent('a')
      on(event: RookeryEvent) {
        calls.push(`request ${this.request.id === event.id}`);
      }
    }
    @Injectable({ scope: Scope.TRANSIENT })
    class Passing {
      @OnEvent('a')
      on() {
        calls.push('transient');
      }
    }
    await run([PerEvent, Passing], (bus) => Promise.all([bus.publish('a', 1), bus.publish('a', 2)]));
    await settledAt(4);
    expect(calls.sort()).toEqual(['request true', 'request true', 'transient', 'transient']);
    expect(made).toBe(2);
  });

  it('may be repeated: patterns of one group are one consumer, other groups get their own copy', async () => {
    class Many {
      @OnEvent('user.*')
      @OnEvent('*.created')
      @OnEvent('user.created', { group: 'audit' })
      on({ type }: RookeryEvent) {
        calls.push(type);
      }
    }
    await run([Many], async (bus) => {
      await bus.publish('user.created', 1);
      await bus.publish('order.created', 1);
    });
    await settledAt(3);
    await quiet();
    expect(calls.sort()).toEqual(['order.created', 'user.created', 'user.created']);
  });

  it('passes a signal that aborts on timeout, and takes an observable for an answer', async () => {
    class Slow {
      @OnEvent('a', { retries: 0, timeout: '2s' })
      on(_event: RookeryEvent, @Signal() signal?: AbortSignal) {
        return new Promise(() =>
          signal?.addEventListener('abort', () =>
            calls.push(String(signal.reason instanceof HandlerTimeoutError)),
          ),
        );
      }
      @OnEvent('a', { retries: 1, backoff: { delay: 100 } })
      observe() {
        return defer(() => {
          calls.push('observed');
          return calls.filter((call) => call === 'observed').length === 1
            ? throwError(() => new Error())
            : of(1);
        });
      }
    }
    const app = await run([Slow], (bus) => bus.publish('a', 1));
    await settledAt(3);
    await apps.until('dead', async () => (await app.get(DeadLetters).list()).length === 1);
    expect(calls.sort()).toEqual(['observed', 'observed', 'true']);
    expect((await app.get(DeadLetters).list())[0]?.error.name).toBe('HandlerTimeoutError');
  });

  it('runs outside of the context of the publisher, with a deadline of its own', async () => {
    let seen: unknown;
    class Plain {
      @OnEvent('a', { timeout: '7s' })
      on() {
        seen = { ...currentContext(), at: apps.clock.monotonic() };
        calls.push('on');
      }
    }
    await run([Plain], (bus) => runInContext({ deadline: 1 }, () => bus.publish('a', 1)));
    await settledAt(1);
    const { deadline, signal, at } = seen as { deadline: number; signal: AbortSignal; at: number };
    expect(deadline).toBe(at + 7_000);
    expect(signal.aborted).toBe(false);
  });

  it('runs within what the observer of calls set up, such as the span of a trace', async () => {
    const observer: CallObserver = {
      observe: (call, work) =>
        runInContext({ span: call.name } as object, () => work({ outgoing: {}, annotate() {}, event() {} })),
    };
    @Global()
    @Module({ providers: [{ provide: CallObserver, useValue: observer }], exports: [CallObserver] })
    class Observing {}
    class Plain {
      @OnEvent('a')
      on() {
        calls.push((currentContext() as { span?: string }).span ?? 'none');
      }
    }
    const app = await apps.boot({ imports: [Observing], providers: [Plain] });
    await app.get(EventBus).publish('a', 1);
    await settledAt(1);
    expect(calls).toEqual(['process a']);
  });

  it('sees events that were published before the app was up, in the constructor of nobody but in onModuleInit', async () => {
    @Injectable()
    class Early {
      constructor(private readonly bus: EventBus) {}
      async onModuleInit() {
        await this.bus.publish('early', 1);
        calls.push('published');
      }
      @OnEvent('early')
      on() {
        calls.push('handled');
      }
    }
    await run([Early], async () => {});
    await settledAt(2);
    expect(calls).toEqual(['published', 'handled']);
  });
});

describe('a failing handler', () => {
  it('is retried for itself alone, and then dead-lettered with all that is known', async () => {
    class Good {
      @OnEvent('a')
      on() {
        calls.push('good');
      }
    }
    class Bad {
      @OnEvent('a', { retries: 2, group: 'g' })
      on() {
        calls.push('bad');
        throw new TypeError('cannot');
      }
    }
    const headers = { traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' };
    const app = await run([Good, Bad], (bus) => bus.publish('a', { n: 1 }, { headers }));
    const letters = app.get(DeadLetters);
    await apps.until('dead', async () => (await letters.list()).length === 1);
    expect(calls.filter((call) => call === 'good')).toHaveLength(1);
    expect(calls.filter((call) => call === 'bad')).toHaveLength(3);
    const [letter] = await letters.list();
    expect(letter).toMatchObject({
      event: { type: 'a', data: { n: 1 } },
      group: 'g',
      handler: 'Bad.on',
      attempts: 3,
      error: { name: 'TypeError', message: 'cannot', stack: expect.stringContaining('Bad.on') },
      traceparent: headers.traceparent,
    });
    expect(letter?.lastFailedAt.getTime()).toBeGreaterThan(letter?.firstFailedAt.getTime() ?? 0);
    expect(await letters.replay([letter?.id ?? ''])).toBe(1);
    await settledAt(7);
    expect(calls.filter((call) => call === 'good')).toHaveLength(1);
  });

  it('pauses with full jitter: never longer than the doubled delay', async () => {
    const times: number[] = [];
    class Bad {
      @OnEvent('a', { backoff: { delay: 1_000 } })
      on() {
        times.push(apps.clock.now());
        calls.push('bad');
        throw new Error();
      }
    }
    await run([Bad], (bus) => bus.publish('a', 1), { random: () => 0.999 });
    await settledAt(6);
    const pauses = times.slice(1).map((time, index) => time - (times[index] ?? 0));
    for (const [index, most] of [1_000, 2_000, 4_000, 8_000, 16_000].entries()) {
      expect(pauses[index]).toBeGreaterThan(most * 0.99);
      expect(pauses[index]).toBeLessThan(most + 300);
    }
  });
});

describe('dead letters', () => {
  it('are chosen by what is given: nothing missing or misspelt may widen the choice', async () => {
    const letters = (await apps.boot({})).get(DeadLetters);
    const forgotten: object = { ids: undefined };
    const misspelt: object = { handlr: 'z' };
    await expect(letters.discard(forgotten)).rejects.toThrow('ids: Missing.');
    await expect(letters.replay(misspelt)).rejects.toThrow('handlr: Unknown option.');
  });
});

describe('replicas and services', () => {
  it('share the events of a group, and each group has its copy', async () => {
    const broker = memoryBroker();
    const make = (name: string) => {
      class Handler {
        @OnEvent('a')
        on() {
          calls.push(name);
        }
      }
      return Handler;
    };
    const one = await apps.boot({ providers: [make('users')], options: { broker, service: 'users' } });
    await apps.boot({ providers: [make('users')], options: { broker, service: 'users' } });
    await apps.boot({ providers: [make('orders')], options: { broker, service: 'orders' } });
    for (let n = 0; n < 10; n += 1) await one.get(EventBus).publish('a', n);
    await settledAt(20);
    await quiet();
    expect(calls.filter((call) => call === 'users')).toHaveLength(10);
    expect(calls.filter((call) => call === 'orders')).toHaveLength(10);
    expect(await one.get(EventBus).status()).toMatchObject([
      { group: 'users', handler: 'Handler.on', backlog: 0, inFlight: 0, deadLetters: 0 },
      { group: 'orders' },
    ]);
  });

  it('deliver an id once, whichever replica publishes it', async () => {
    class Handler {
      @OnEvent('a')
      on({ id }: RookeryEvent) {
        calls.push(id);
      }
    }
    const broker = memoryBroker();
    const one = await apps.boot({ providers: [Handler], options: { broker } });
    const two = await apps.boot({ providers: [Handler], options: { broker } });
    await one.get(EventBus).publish('a', 1, { id: 'same' });
    await two.get(EventBus).publish('a', 1, { id: 'same' });
    await settledAt(1);
    await quiet();
    expect(calls).toEqual(['same']);
  });
});

describe('EventBus.publish', () => {
  it('refuses another event under the identity of one that was published', async () => {
    const bus = (await apps.boot({})).get(EventBus);
    await bus.publish('order.placed', 1, { id: 'one' });
    await bus.publish('order.placed', 1, { id: 'one' });
    const conflict = bus.publish('order.paid', 1, { id: 'one' });
    await expect(conflict).rejects.toMatchObject({
      code: 'EVENT_IDENTITY_CONFLICT',
      knownType: 'order.placed',
    });
  });
});

describe('EventBus.subscribe', () => {
  it('handles events until it is ended', async () => {
    await run([], async (bus) => {
      const end = await bus.subscribe<number>('a.*', ({ data }) => calls.push(`got ${data}`), {
        name: 'watch',
      });
      await bus.publish('a.b', 1);
      await settledAt(1);
      await end();
      await bus.publish('a.b', 2);
      await quiet();
      expect(calls).toEqual(['got 1']);
      await bus.subscribe<number>('a.*', ({ data }) => calls.push(`later ${data}`), { name: 'watch' });
      await settledAt(2);
      expect(calls).toEqual(['got 1', 'later 2']);
    });
  });

  it('refuses a pattern and a handler that are not there, which would stop every publisher', async () => {
    const bus = (await apps.boot({})).get(EventBus);
    const missing = undefined as never;
    await expect(bus.subscribe(missing, () => {}, { name: 'x' })).rejects.toThrow('pattern: Missing.');
    await expect(bus.subscribe('a', missing, { name: 'x' })).rejects.toThrow('handler: Missing.');
  });

  it('names the option that cannot be used', async () => {
    await run([], async (bus) => {
      await expect(bus.subscribe('a b', () => {}, { name: 'x' })).rejects.toThrow(
        'pattern: Invalid value "a b"',
      );
      await expect(bus.subscribe('a', () => {}, { name: 'a/b' })).rejects.toThrow('name: Invalid value');
      await expect(bus.subscribe('a', () => {}, { name: 'x', retries: -1 })).rejects.toThrow(
        'retries: Invalid',
      );
    });
  });
});
