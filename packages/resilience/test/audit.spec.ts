import { Controller, Get, Inject, Injectable, type ModuleMetadata, Scope } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  Chaos,
  GUARDED_BY,
  type Pipeline,
  PolicyRegistry,
  ResilienceModule,
  Retry,
  Timeout,
} from '@rookery/resilience';

/** Boots an app and returns what it warned of. */
async function warnings(metadata: ModuleMetadata): Promise<unknown[]> {
  const seen: unknown[] = [];
  const logger = { log() {}, error() {}, warn: (message: unknown) => seen.push(message) };
  const module = await Test.createTestingModule(metadata).setLogger(logger).compile();
  const app = await module.init();
  await app.close();
  return seen;
}

@Injectable()
class Users {
  @Retry(3)
  @Timeout('5s')
  find() {}
}

@Injectable()
class Plain {
  constructor(readonly users: Users) {}
}

describe('the audit at boot', () => {
  it('warns of retries that multiply and of limits that outlive their callers, through what is injected', async () => {
    @Injectable()
    class Orders {
      @Inject(Plain) readonly plain!: Plain;

      @Retry(2)
      @Timeout('2s')
      create() {}
    }
    const imports = [ResilienceModule.forRoot()];
    await expect(warnings({ imports, providers: [Users, Plain, Orders] })).resolves.toEqual([
      'Retries multiply: Orders.create (2 attempts) > Users.find (3 attempts). One call can become 6. ' +
        'Keep the retry at one of them.',
      'Users.find may take 5000 ms, longer than who may call it waits: Orders.create (2000 ms). ' +
        'Give the callers the longer limit.',
    ]);
  });

  it('passes over what is injected only where it is there', async () => {
    const maybe = {
      provide: 'maybe',
      inject: [{ token: 'not there', optional: true }, Users],
      useFactory: (_missing: unknown, users: Users) => users,
    };
    @Injectable()
    class Orders {
      constructor(@Inject('maybe') readonly users: Users) {}

      @Retry(2)
      create() {}
    }
    const imports = [ResilienceModule.forRoot()];
    await expect(warnings({ imports, providers: [Users, maybe, Orders] })).resolves.toEqual([
      expect.stringMatching(/^Retries multiply: Orders.create/),
    ]);
  });

  it("sees a client's policy, and says nothing where nothing is wrong", async () => {
    class Client {
      readonly [GUARDED_BY]: Pipeline;

      constructor(pipeline: Pipeline) {
        this[GUARDED_BY] = pipeline;
      }
    }
    const provider = {
      provide: Client,
      inject: [PolicyRegistry],
      useFactory: (registry: PolicyRegistry) => new Client(registry.pipeline('http')),
    };
    @Injectable()
    class Orders {
      constructor(readonly users: Client) {}

      @Retry(2)
      create() {}

      @Timeout('9s')
      list() {}
    }
    const imports = [ResilienceModule.forRoot({ policies: { http: { retry: 4, timeout: '1s' } } })];
    await expect(warnings({ imports, providers: [provider, Orders] })).resolves.toEqual([
      'Retries multiply: Orders.create (2 attempts) > http (4 attempts). One call can become 8. ' +
        'Keep the retry at one of them.',
    ]);
    await expect(warnings({ imports, providers: [provider, Users] })).resolves.toEqual([]);
  });

  it('puts up with a client of another kind of pipeline', async () => {
    const value = { [GUARDED_BY]: { name: 'fake', execute: (call: () => unknown) => call() } };
    const providers = [{ provide: 'client', useValue: value }];
    await expect(warnings({ imports: [ResilienceModule.forRoot()], providers })).resolves.toEqual([]);
  });

  it('warns of a provider whose callers expect a plain result, and not of a controller', async () => {
    @Injectable()
    class Rights {
      @Retry(2)
      isAdmin(): boolean {
        return true;
      }

      @Retry(2)
      async names(): Promise<string[]> {
        return [];
      }
    }
    @Controller()
    class Home {
      @Get()
      @Retry(2)
      home(): string {
        return 'home';
      }
    }
    const metadata = { imports: [ResilienceModule.forRoot()], providers: [Rights], controllers: [Home] };
    await expect(warnings(metadata)).resolves.toEqual([
      'Rights.isAdmin returns Boolean, but whoever calls it gets a promise of it, since policies take time. ' +
        'Make it async.',
    ]);
  });

  it('warns of what a factory makes anew for each request', async () => {
    const factory = (scope: Scope) => ({ provide: Users, scope, useFactory: () => new Users() });
    const imports = [ResilienceModule.forRoot()];
    await expect(warnings({ imports, providers: [factory(Scope.REQUEST)] })).resolves.toEqual([
      'Users.find is not guarded where a factory in request or transient scope makes Users. Provide the class itself.',
    ]);
    await expect(warnings({ imports, providers: [factory(Scope.DEFAULT)] })).resolves.toEqual([]);
  });

  it('warns of chaos, in policies and on methods', async () => {
    @Injectable()
    class Prices {
      @Chaos({ fault: { rate: 1 } })
      async find() {}
    }
    const policies = { stock: { chaos: { fault: { rate: 1 } } }, mail: {} };
    const metadata = { imports: [ResilienceModule.forRoot({ policies })], providers: [Prices] };
    await expect(warnings(metadata)).resolves.toEqual([
      'Chaos disturbs the calls of "stock".',
      'Chaos disturbs the calls of "Prices.find".',
    ]);
  });

  it('refuses a generator', () => {
    expect(() => {
      class Numbers {
        @Retry(2)
        *all() {
          yield 1;
        }
      }
      return Numbers;
    }).toThrow(
      'Numbers.all is a generator, which policies cannot guard: they take time. Write it as `async *`.',
    );
  });
});
