import { Global, Injectable, Module } from '@nestjs/common';
import { CallObserver, type Observation, type ObservedCall, ServiceInfo, Signal } from '@rookery/common';
import {
  DeadLetters,
  DrainTimeoutError,
  EventBus,
  EventsModule,
  type EventsOptions,
  InvalidEventError,
  memoryBroker,
  MissingFeatureError,
  OnEvent,
  type RookeryEvent,
} from '@rookery/events';
import { TestApps } from './support/app.js';

const apps = new TestApps();
let calls: string[] = [];

beforeEach(() => (calls = []));
afterEach(() => apps.closeAll());

function provide<T>(token: unknown, value: T) {
  @Global()
  @Module({ providers: [{ provide: token as never, useValue: value }], exports: [token as never] })
  class Provided {}
  return Provided;
}

const settings = () => ({ broker: memoryBroker(), clock: apps.clock, service: 'test' });

describe('EventsModule', () => {
  it('takes the name of the service from ServiceInfo, and its options from a factory', async () => {
    const info: ServiceInfo = { name: 'named', version: '1', instanceId: '1' };
    const events = EventsModule.forRootAsync({ useFactory: async () => ({ broker: memoryBroker() }) });
    const app = await apps.bootPlain({ imports: [provide(ServiceInfo, info), events] });
    expect((await app.get(EventBus).publish('a', 1)).source).toBe('named');
  });

  it.each<[string, object, string]>([
    ['an unknown option', { brokr: 1 }, 'brokr: Unknown option'],
    ['a broker that is none', { broker: {} }, 'broker: Invalid value an object. Use a function'],
    ['a bad duration', { drainTimeout: '30 seconds' }, 'drainTimeout: Invalid value "30 seconds"'],
    ['a bad service name', { service: 'a/b' }, 'service: Invalid value "a/b"'],
    ['an unknown feature', { requires: ['magic'] }, 'requires[0]: Invalid value "magic"'],
    ['no service name', { service: undefined }, 'service: Missing'],
  ])('refuses to boot with %s, by either way', async (_what, options, message) => {
    const bad = { ...settings(), ...options } as EventsOptions;
    await expect(apps.bootPlain({ imports: [EventsModule.forRoot(bad)] })).rejects.toThrow(message);
    const later = EventsModule.forRootAsync({ useFactory: () => bad });
    await expect(apps.bootPlain({ imports: [later] })).rejects.toThrow(message);
  });

  it('refuses to boot with a broker that lacks what is required', async () => {
    const options: EventsOptions = { requires: ['delay', 'durable', 'crossProcess'] };
    await expect(apps.boot({ options })).rejects.toThrow(MissingFeatureError);
    await expect(apps.boot({ options })).rejects.toThrow('durable, crossProcess');
  });

  it('refuses to be imported twice, and says why', async () => {
    const two = [EventsModule.forRoot(settings()), EventsModule.forRoot(settings())];
    await expect(apps.bootPlain({ imports: two })).rejects.toThrow('Imported 2 times');
    const shared = EventsModule.forRoot(settings());
    await apps.bootPlain({ imports: [shared, shared] });
  });

  it('is asked for by name by classes with handlers when it is not imported', async () => {
    @Injectable()
    class Handler {
      @OnEvent('a')
      on() {}
    }
    await expect(apps.bootPlain({ providers: [Handler] })).rejects.toThrow(/Handler.*@rookery\/events/s);
  });

  it('refuses handlers where they could have no effect, and patterns that are not there', async () => {
    expect(() => OnEvent('a')(class {}, 'field', undefined as never)).toThrow('a static method');
    expect(() => OnEvent('a')({}, 'field', undefined as never)).toThrow('works only on a method');
    class Misspelt {
      @OnEvent(undefined as never)
      on() {}
    }
    await expect(apps.boot({ providers: [Misspelt] })).rejects.toThrow(
      '@OnEvent on Misspelt.on: pattern: Missing.',
    );
  });

  it('refuses handlers that cannot work, by the name of their method', async () => {
    class BadPattern {
      @OnEvent('a b')
      on() {}
    }
    class BadOption {
      @OnEvent('a', { concurrency: 0 })
      on() {}
    }
    class BadRule {
      @OnEvent('a', { errors: [{ on: TypeError, action: 'ignore' as 'discard' }] })
      on() {}
    }
    class Disagreeing {
      @OnEvent('a', { retries: 1 })
      @OnEvent('b', { retries: 2 })
      on() {}
    }
    class Same {
      @OnEvent('a', { name: 'same' })
      one() {}
      @OnEvent('a', { name: 'same' })
      two() {}
    }
    const before = apps.clock.pending;
    const booting = (provider: unknown) => expect(apps.boot({ providers: [provider as never] })).rejects;
    await booting(BadPattern).toThrow('@OnEvent on BadPattern.on: pattern: Invalid value "a b"');
    await booting(BadOption).toThrow('@OnEvent on BadOption.on: concurrency: Invalid value 0');
    await booting(BadRule).toThrow(
      "@OnEvent on BadRule.on: errors[0].action: Invalid value \"ignore\". Use 'retry', 'deadLetter', 'discard' or { delay: '10m' }.",
    );
    await booting(Disagreeing).toThrow('Its patterns share one delivery');
    await booting(Same).toThrow('Two handlers have the name "test/same"');
    // A boot that fails here leaves no open broker behind.
    expect(apps.clock.pending).toBe(before);
  });

  it('refuses to publish what is no event', async () => {
    const bus = (await apps.boot({})).get(EventBus);
    await expect(bus.publish('user.*', 1)).rejects.toThrow(InvalidEventError);
    await expect(bus.publish('$queue.emails', 1)).rejects.toThrow(InvalidEventError);
    await expect(bus.publish('a', { big: 1n })).rejects.toThrow('JSON cannot carry it');
  });
});

describe('tracing', () => {
  class Journal implements CallObserver {
    readonly calls: ObservedCall[] = [];

    async observe<T>(call: ObservedCall, work: (observation: Observation) => Promise<T>): Promise<T> {
      this.calls.push(call);
      const outgoing = { traceparent: `00-trace-${this.calls.length}-01` };
      return work({ outgoing, annotate() {}, event() {} });
    }
  }

  it('sends the trace with the event and continues it in every attempt of the consumer', async () => {
    class Handler {
      @OnEvent('a', { retries: 1 })
      on({ headers }: RookeryEvent) {
        calls.push(`${headers['traceparent']} ${headers['x-tenant']}`);
        if (calls.length === 1) throw new Error('once');
      }
    }
    const observer = new Journal();
    const app = await apps.boot({ imports: [provide(CallObserver, observer)], providers: [Handler] });
    await app.get(EventBus).publish('a', 1, { headers: { 'X-Tenant': 'acme', traceparent: 'stale' } });
    await apps.until('handled', () => calls.length === 2);
    expect(calls).toEqual(['00-trace-1-01 acme', '00-trace-1-01 acme']);
    expect(observer.calls.map(({ kind, name, incoming }) => [kind, name, incoming?.['traceparent']])).toEqual(
      [
        ['producer', 'publish a', undefined],
        ['consumer', 'process a', '00-trace-1-01'],
        ['consumer', 'process a', '00-trace-1-01'],
      ],
    );
    expect(observer.calls[2]?.attributes).toMatchObject({
      'rookery.handler': 'Handler.on',
      'rookery.attempt': 2,
    });
  });
});

describe('stopping', () => {
  /** A handler that ends when the test, or its signal, says so. */
  function slowHandler() {
    const finish: (() => void)[] = [];
    class Slow {
      @OnEvent('a', { concurrency: 1, retries: 0 })
      on({ data }: RookeryEvent<number>, @Signal() signal?: AbortSignal) {
        calls.push(`begin ${data}`);
        return new Promise<void>((resolve, reject) => {
          finish.push(resolve);
          signal?.addEventListener('abort', () => {
            calls.push(signal.reason instanceof DrainTimeoutError ? 'drained' : 'aborted');
            reject(signal.reason as Error);
          });
        });
      }
    }
    return { Slow, finish };
  }

  it('finishes what is in flight and leaves the rest to others, no attempt counted', async () => {
    const broker = memoryBroker();
    const { Slow, finish } = slowHandler();
    const before = apps.clock.pending;
    const app = await apps.boot({ providers: [Slow], options: { broker } });
    for (let n = 1; n <= 3; n += 1) await app.get(EventBus).publish('a', n);
    await apps.until('begun', () => calls.length === 1);
    let closed = false;
    const closing = app.close().then(() => (closed = true));
    await apps.clock.advance(10_000);
    expect(closed).toBe(false);
    finish[0]?.();
    await closing;
    expect(calls).toEqual(['begin 1']);
    expect(apps.clock.pending).toBe(before);
    const other = await apps.boot({ providers: [Slow], options: { broker } });
    await apps.until('the second begun elsewhere', () => calls.includes('begin 2'));
    finish[1]?.();
    await apps.until('the third begun elsewhere', () => calls.includes('begin 3'));
    finish[2]?.();
    await apps.until('done', async () => (await other.get(EventBus).status())[0]?.inFlight === 0);
    expect(await other.get(DeadLetters).list()).toEqual([]);
  });

  it('waits no longer than the drain timeout, then tells the handler, and does not hold it against the event', async () => {
    const broker = memoryBroker();
    const { Slow } = slowHandler();
    const app = await apps.boot({ providers: [Slow], options: { broker, drainTimeout: '5s' } });
    await app.get(EventBus).publish('a', 1);
    await apps.until('begun', () => calls.length === 1);
    const closing = app.close();
    await apps.clock.advance(4_900);
    expect(calls).toEqual(['begin 1']);
    await apps.clock.advance(200);
    await closing;
    expect(calls).toEqual(['begin 1', 'drained']);
    // The handler allows no retries: had the attempt been counted, the event would be dead now.
    await apps.boot({ providers: [Slow], options: { broker } });
    await apps.until('begun elsewhere', () => calls.filter((call) => call === 'begin 1').length === 2);
  });

  it('leaves nothing running', async () => {
    const before = apps.clock.pending;
    const app = await apps.boot({ providers: [slowHandler().Slow] });
    await app.get(EventBus).publish('b', 1);
    await app.close();
    expect(apps.clock.pending).toBe(before);
    await expect(app.get(EventBus).publish('a', 1)).rejects.toThrow('The broker is closed');
  });
});
