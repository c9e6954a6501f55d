import { Controller, Get, Inject, Injectable, type Provider, Scope, type Type } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { currentContext, runInContext } from '@rookery/common';
import { VirtualClock } from '@rookery/common/testing';
import {
  CircuitBreaker,
  CircuitOpenError,
  Fallback,
  PolicyRegistry,
  type PolicyOptions,
  ResilienceModule,
  Retry,
  Signal,
  Timeout,
  TimeoutError,
  UsePolicy,
} from '@rookery/resilience';
import { broken, ended, silent, withStatus } from './support.js';

async function boot(classes: Type[], policies: Record<string, PolicyOptions> = {}, more: Provider[] = []) {
  const clock = new VirtualClock();
  const app = await Test.createTestingModule({
    imports: [ResilienceModule.forRoot({ policies, clock, random: () => 0 })],
    controllers: classes.filter((type) => Reflect.hasMetadata('path', type)),
    providers: [...classes.filter((type) => !Reflect.hasMetadata('path', type)), ...more],
  })
    .setLogger(silent)
    .compile();
  await app.init();
  return { app, clock, registry: app.get(PolicyRegistry) };
}

class Counter {
  calls = 0;
  @Retry(2)
  async run() {
    this.calls += 1;
    if (this.calls === 1) throw broken;
    return this.calls;
  }
}

@Injectable()
class Single extends Counter {}

@Injectable({ scope: Scope.REQUEST })
class PerRequest extends Counter {}

@Injectable({ scope: Scope.TRANSIENT })
class Transient extends Counter {}

@Controller('web')
class Web extends Counter {
  @Get()
  @Retry(2)
  override async run() {
    return super.run();
  }
}

describe('decorated methods', () => {
  it('are guarded in providers and controllers of every kind', async () => {
    const { app, clock } = await boot([Single, PerRequest, Transient, Web], {}, [
      { provide: 'factory', useFactory: () => new Counter() },
      { provide: 'value', useValue: new Counter() },
    ]);
    const instances: Counter[] = [
      app.get(Single),
      await app.resolve(PerRequest),
      await app.resolve(Transient),
      app.get(Web),
      app.get('factory'),
      app.get('value'),
    ];
    const results = instances.map((instance) => instance.run());
    await clock.advance(1_000);
    await expect(Promise.all(results)).resolves.toEqual([2, 2, 2, 2, 2, 2]);
    await app.close();
  });

  it('run plainly in an instance made by hand', async () => {
    await expect(new Counter().run()).rejects.toBe(broken);
  });

  it('share their state among all instances of the class, also request-scoped ones', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Users {
      @CircuitBreaker({ consecutiveFailures: 2 })
      find() {
        return Promise.reject(broken);
      }
    }
    const { app } = await boot([Users]);
    for (let n = 0; n < 2; n += 1) await ended((await app.resolve(Users)).find());
    await expect((await app.resolve(Users)).find()).rejects.toBeInstanceOf(CircuitOpenError);
    await app.close();
  });

  it('apply their policies in the same order, whatever the order of the decorators', async () => {
    const stepsOf = (decorators: MethodDecorator[]) => {
      class Steps {
        seen: unknown[] = [];
        run(_signal?: AbortSignal) {
          this.seen.push('call');
          return new Promise(() => {});
        }
      }
      for (const decorate of decorators) {
        const descriptor = Object.getOwnPropertyDescriptor(Steps.prototype, 'run')!;
        decorate(Steps.prototype, 'run', descriptor);
        Object.defineProperty(Steps.prototype, 'run', descriptor);
      }
      return Steps;
    };
    const retry = Retry({ attempts: 2, backoff: { delay: 0 } });
    const breaker = CircuitBreaker({ consecutiveFailures: 3 });
    const timeout = Timeout({ total: 500, attempt: 100 });
    const fallback = Fallback((error) => `instead of ${(error as Error).name}`) as MethodDecorator;
    const orders = [
      [fallback, timeout, retry, breaker],
      [breaker, retry, timeout, fallback],
      [timeout, breaker, fallback, retry],
    ];
    for (const order of orders) {
      const Steps = stepsOf(order);
      const { app, clock, registry } = await boot([Steps]);
      const first = app.get(Steps).run();
      await clock.advance(200);
      await expect(first).resolves.toBe('instead of TimeoutError');
      const second = app.get(Steps).run();
      await clock.advance(100);
      await expect(second).resolves.toBe('instead of CircuitOpenError');
      expect(app.get(Steps).seen).toHaveLength(3);
      expect(registry.state('Steps.run')).toBe('open');
      await app.close();
    }
  });

  it('get the signal of their attempt where @Signal() asks for it, and in the context', async () => {
    @Injectable()
    class Users {
      signals: AbortSignal[] = [];
      @Timeout('1s')
      find(_id: string, @Signal() signal?: AbortSignal) {
        this.signals.push(signal!, currentContext().signal!);
        return new Promise(() => {});
      }
    }
    const { app, clock } = await boot([Users]);
    const users = app.get(Users);
    const result = ended(users.find('1'));
    await clock.advance(1_000);
    const error = await result;
    expect(error).toBeInstanceOf(TimeoutError);
    expect(users.signals.map(({ reason }) => reason as unknown)).toEqual([error, error]);
    await app.close();
  });

  it('turn a plain value into a promise of it', async () => {
    @Injectable()
    class Plain {
      @Retry()
      value() {
        return 5;
      }
    }
    const { app } = await boot([Plain]);
    await expect(app.get(Plain).value()).resolves.toBe(5);
    await app.close();
  });

  it('have a breaker each, also under the same class and method name', async () => {
    const create = () => {
      class Users {
        @CircuitBreaker({ consecutiveFailures: 1 })
        find() {
          return Promise.reject(broken);
        }
      }
      return Users;
    };
    const [One, Two] = [create(), create()];
    const { app, registry } = await boot([One, Two]);
    await ended(app.get(One).find());
    expect(registry.list()).toEqual([
      { name: 'Users.find', state: 'open' },
      { name: 'Users.find#2', state: 'closed' },
    ]);
    await app.close();
  });
});

describe('named breakers and policies', () => {
  it('share their state among methods and with the named policy', async () => {
    @Injectable()
    class Users {
      @CircuitBreaker({ name: 'users', consecutiveFailures: 1 })
      find() {
        return Promise.reject(broken);
      }
      @CircuitBreaker({ name: 'users', consecutiveFailures: 1 })
      list() {
        return Promise.resolve([]);
      }
      @UsePolicy('users')
      add() {
        return Promise.resolve();
      }
    }
    const { app } = await boot([Users], { users: { circuitBreaker: { consecutiveFailures: 1 } } });
    await ended(app.get(Users).find());
    await expect(app.get(Users).list()).rejects.toBeInstanceOf(CircuitOpenError);
    await expect(app.get(Users).add()).rejects.toBeInstanceOf(CircuitOpenError);
    await app.close();
  });

  it("let a method's own policy take the place of the named one's", async () => {
    @Injectable()
    class Users {
      calls = 0;
      @UsePolicy('users')
      @Retry(4)
      find() {
        this.calls += 1;
        return Promise.reject(broken);
      }
    }
    const { app, clock } = await boot([Users], { users: { retry: 2, timeout: '10s' } });
    const result = ended(app.get(Users).find());
    await clock.advance(9_000);
    await result;
    expect(app.get(Users).calls).toBe(4);
    await app.close();
  });
});

describe('a method that uses a named policy and has its own timeout', () => {
  @Injectable()
  class Users {
    @UsePolicy('users')
    @Timeout({ attempt: '5s' })
    find() {
      return new Promise(() => {});
    }
  }

  it('has none of the named one', async () => {
    const { app, clock } = await boot([Users], { users: { timeout: '1s', circuitBreaker: {} } });
    const result = ended(app.get(Users).find());
    await clock.advance(5_000);
    await expect(result).resolves.toMatchObject({ timeoutMs: 5_000, scope: 'attempt' });
    await app.close();
  });
});

describe('@Fallback', () => {
  @Injectable()
  class Users {
    constructor(@Inject('name') readonly unknownName: string) {}

    @Fallback(function (this: Users, error: unknown, id: string) {
      return { id, name: this.unknownName, because: error };
    })
    find(_id: string, error: unknown): Promise<{ id: string; name: string }> {
      return Promise.reject(error);
    }

    @Fallback(() => 'handled', { handleIf: (error) => (error as { status?: number }).status === 404 })
    async some(error: unknown): Promise<string> {
      throw await error;
    }

    @Fallback(() => {
      throw new Error('fallback failed');
    })
    worse(): Promise<string> {
      return Promise.reject(broken);
    }
  }
  const bootUsers = () => boot([Users], {}, [{ provide: 'name', useValue: 'nobody' }]);

  it('answers with the error, the arguments and the instance at hand', async () => {
    const { app } = await bootUsers();
    await expect(app.get(Users).find('7', broken)).resolves.toEqual({
      id: '7',
      name: 'nobody',
      because: broken,
    });
    await app.close();
  });

  it('leaves 4xx answers alone unless handleIf says otherwise', async () => {
    const { app } = await bootUsers();
    const missing = withStatus(404);
    await expect(app.get(Users).find('7', missing)).rejects.toBe(missing);
    await expect(app.get(Users).some(missing)).resolves.toBe('handled');
    await expect(app.get(Users).some(broken)).rejects.toBe(broken);
    await app.close();
  });

  it('is not asked when the caller left', async () => {
    const { app } = await bootUsers();
    const leaving = new AbortController();
    const users = app.get(Users);
    const result = runInContext({ signal: leaving.signal }, () => ended(users.some(new Promise(() => {}))));
    leaving.abort(withStatus(404));
    await expect(result).resolves.toMatchObject({ status: 404 });
    await app.close();
  });

  it('fails with its own error', async () => {
    const { app } = await bootUsers();
    await expect(app.get(Users).worse()).rejects.toThrow('fallback failed');
    await app.close();
  });

  it('is checked against the method by the compiler', () => {
    class Checked {
      // @ts-expect-error -- the method's argument is a text
      @Fallback((_error, id: number) => id)
      one(id: string): Promise<number> {
        return Promise.resolve(id.length);
      }

      // @ts-expect-error -- the method's result is a number
      @Fallback((_error, id: string) => id)
      two(id: string): Promise<number> {
        return Promise.resolve(id.length);
      }

      @Fallback(() => 0)
      three(id: string): Promise<number> {
        return Promise.resolve(id.length);
      }
    }
    expect(Object.getOwnPropertyNames(Checked.prototype)).toContain('three');
  });
});
