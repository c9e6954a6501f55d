import { Injectable, Module, type ModuleMetadata, Scope } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  CircuitBreaker,
  PolicyRegistry,
  ResilienceModule,
  Retry,
  Signal,
  Timeout,
  UsePolicy,
} from '@rookery/resilience';
import { silent } from './support.js';

async function boot(metadata: ModuleMetadata) {
  const app = await Test.createTestingModule(metadata).setLogger(silent).compile();
  return app.init();
}

const refused = (metadata: ModuleMetadata) => expect(boot(metadata)).rejects;

describe('the boot', () => {
  it('refuses a bad option of forRoot by its path', async () => {
    const imports = [ResilienceModule.forRoot({ policies: { users: { retry: { attempts: 0 } } } })];
    await refused({ imports }).toThrow(
      'ResilienceModule.forRoot: policies.users.retry.attempts: Invalid value 0. Use a whole number of at least 1.',
    );
  });

  it('refuses a bad option of forRootAsync in the same way', async () => {
    const imports = [
      ResilienceModule.forRootAsync({
        useFactory: () => ({ policies: { users: { timeout: { total: '1s', attempt: '2s' } } } }),
      }),
    ];
    await refused({ imports }).toThrow('policies.users.timeout.attempt: 2s is longer than total, 1s');
  });

  it.each<[object | null, string]>([
    [null, 'Missing. Give it its options.'],
    [{ policies: { users: undefined } }, 'policies.users: Missing. Give the policy its options, or {}'],
    [{ policies: { users: null } }, 'policies.users: Invalid value null. Use an object.'],
    [
      { policies: { users: [] }, defaults: { retry: 2 } },
      'policies.users: Invalid value a list. Use an object.',
    ],
    [{ policies: { '': {} } }, 'The name of a policy: Invalid value "".'],
    [
      { policies: { users: { fallback: () => [] } } },
      'policies.users.fallback: What it may answer depends on the method. Use @Fallback() on the method.',
    ],
  ])('refuses %j in forRoot and in forRootAsync', async (options, message) => {
    const started = async () => boot({ imports: [ResilienceModule.forRoot(options as never)] });
    await expect(started()).rejects.toMatchObject({
      code: 'INVALID_OPTIONS',
      message: expect.stringMatching(/^ResilienceModule\.forRoot: /),
    });
    await expect(started()).rejects.toThrow(message);
    const imports = [ResilienceModule.forRootAsync({ useFactory: () => options as object })];
    await refused({ imports }).toThrow(message);
  });

  it('takes its options from other providers', async () => {
    @Module({ providers: [{ provide: 'attempts', useValue: 4 }], exports: ['attempts'] })
    class ConfigModule {}
    const app = await boot({
      imports: [
        ResilienceModule.forRootAsync({
          imports: [ConfigModule],
          inject: ['attempts'],
          useFactory: (retry: number) => ({ policies: { users: { retry } } }),
        }),
      ],
    });
    expect(app.get(PolicyRegistry).has('users')).toBe(true);
    await app.close();
  });

  it("refuses a decorator's bad option, also in a request-scoped class", async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Users {
      @Retry({ attempts: -1 })
      find() {}
    }
    await refused({ imports: [ResilienceModule.forRoot()], providers: [Users] }).toThrow(
      'Users.find: retry.attempts: Invalid value -1.',
    );
  });

  it('refuses an unknown policy name and lists the known ones', async () => {
    @Injectable()
    class Users {
      @UsePolicy('uesrs')
      find() {}
    }
    const imports = [ResilienceModule.forRoot({ policies: { users: {} } })];
    await refused({ imports, providers: [Users] }).toThrow(
      'Unknown policy "uesrs" asked for by Users.find. Known policies: users.',
    );
  });

  it('refuses conflicting settings under one name, and says where both are', async () => {
    @Injectable()
    class Users {
      @CircuitBreaker({ name: 'users', consecutiveFailures: 3 })
      find() {}
    }
    const imports = [ResilienceModule.forRoot({ policies: { users: { circuitBreaker: {} } } })];
    await refused({ imports, providers: [Users] }).toThrow(
      '"users" has different settings in ResilienceModule.forRoot and in @CircuitBreaker on Users.find.',
    );
  });

  it('refuses a second import with an explanation', async () => {
    @Module({ imports: [ResilienceModule.forRoot({ policies: { a: {} } })] })
    class Feature {}
    await refused({ imports: [ResilienceModule.forRoot(), Feature] }).toThrow(
      'ResilienceModule.forRoot: Imported 2 times',
    );
  });

  it('is refused by Nest, by name, when the module is missing', async () => {
    @Injectable()
    class Users {
      @Timeout('1s')
      find() {}
    }
    await refused({ providers: [Users] }).toThrow(/Users.*@rookery\/resilience/s);
  });

  it('refuses the same decorator twice on one method', () => {
    expect(() => {
      class Users {
        @Retry(2)
        @Retry(3)
        find() {}
      }
      return Users;
    }).toThrow('Users.find: @Retry() is there twice.');
  });

  it('refuses a static method, where it could have no effect', () => {
    expect(() => {
      class Users {
        @Retry()
        static find() {}
      }
      return Users;
    }).toThrow('Users.find: a static method belongs to no instance');
  });

  it('guards a method whose name is a symbol', async () => {
    const find = Symbol('find');
    class Users {
      calls = 0;

      @Retry({ attempts: 2, backoff: { delay: 0 } })
      async [find](@Signal() signal?: AbortSignal) {
        this.calls += 1;
        if (this.calls === 1) throw new Error('once');
        return signal;
      }
    }
    const app = await boot({ imports: [ResilienceModule.forRoot()], providers: [Users] });
    await expect(app.get(Users)[find]()).resolves.toBeInstanceOf(AbortSignal);
    expect(app.get(Users).calls).toBe(2);
  });

  it('works without an HTTP adapter', async () => {
    const app = await boot({ imports: [ResilienceModule.forRoot()] });
    expect(app.get(PolicyRegistry).list()).toEqual([]);
    await app.close();
  });
});
